using System.Collections.Immutable;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Secrets;

/// <summary>The keys of one source, made from what is known of its secrets and remade when that changes.</summary>
internal sealed partial class SourceKeys
{
    private readonly Source _source;
    private readonly VaultMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly ImmutableArray<(SecretUse.Role Role, CachedSecret Secret)> _uses;

    private volatile Snapshot _snapshot = new(null, DateTimeOffset.MaxValue);
    private ImmutableArray<Candidate> _candidates = [];
    private ImmutableArray<Problem> _unusable = [];
    private ImmutableArray<Problem> _problems = [];

    /// <param name="source">The source.</param>
    /// <param name="secret">Finds a secret by its name.</param>
    /// <param name="metrics">Counts versions that cannot be used.</param>
    /// <param name="logger">Is told of them, whenever they change.</param>
    public SourceKeys(Source source, Func<string, CachedSecret> secret, VaultMetrics metrics, ILogger logger)
    {
        (_source, _metrics, _logger) = (source, metrics, logger);
        _uses = [.. SecretUse.Of(source).Select(use => (use.Kind, secret(use.Name)))];
        foreach (var (role, used) in _uses)
            used.AddUse(text => SecretCheck.ReadKeys(source, role, text, out _) is null);
    }

    /// <summary>Every secret that the source needs.</summary>
    public IEnumerable<CachedSecret> Secrets => _uses.Select(use => use.Secret);

    /// <summary>The keys in force; null if there is no usable one. Reads memory only.</summary>
    public KeySet? KeysAt(DateTimeOffset now)
    {
        var snapshot = _snapshot;
        return now < snapshot.Until ? snapshot.Keys : Rebuild(now);
    }

    /// <summary>
    /// Makes the keys from what is known of the secrets now. While their texts are the same, so is the set.
    /// </summary>
    public KeySet? Rebuild(DateTimeOffset now)
    {
        lock (_lock)
        {
            var (candidates, absent, until) = Collect(now);
            var keys = _snapshot.Keys;
            if (!candidates.AsSpan().SequenceEqual(_candidates.AsSpan()))
            {
                (keys, _unusable) = Parse(candidates);
                _candidates = candidates;
            }

            _snapshot = new Snapshot(keys, until);
            Report(_unusable.AddRange(absent));
            return keys;
        }
    }

    /// <summary>Says why there is no usable key.</summary>
    public SecretsUnavailableException Unavailable()
    {
        ImmutableArray<string> problems;
        lock (_lock)
            problems = [.. _problems.Select(problem => problem.Sentence)];

        var unread = Secrets.FirstOrDefault(secret => secret.Failure is not null);
        var reasons = unread is null ? problems : problems.Add($"{unread.Description} could not be read.");
        return new SecretsUnavailableException($"Source '{_source.Name}' has no usable key. {string.Join(' ', reasons)}", unread?.Failure);
    }

    private (ImmutableArray<Candidate> Candidates, List<Problem> Absent, DateTimeOffset Until) Collect(DateTimeOffset now)
    {
        var until = DateTimeOffset.MaxValue;
        var absent = new List<Problem>();
        var found = new List<(DateTimeOffset CreatedOn, Candidate Candidate)>();
        foreach (var (role, secret) in _uses)
        {
            if (secret.ReadingAt(now) is not { } reading)
                continue;

            var versions = secret.VersionsAt(now).ToList();
            until = versions.Select(version => version.ExpiresOn).OfType<DateTimeOffset>().Append(secret.LapseOf(reading)).Append(until).Min();
            if (versions.Count == 0)
                absent.Add(new Problem($"{secret.Description} has no value in force."));
            found.AddRange(versions.Select(version => (version.CreatedOn, new Candidate(secret, secret.Describe(version), role, SecretText.Trim(version.Value)))));
        }

        // Stable: secrets that do not say when they were made stay in their order.
        return ([.. found.OrderByDescending(item => item.CreatedOn).Select(item => item.Candidate)], absent, until);
    }

    private (KeySet? Keys, ImmutableArray<Problem> Problems) Parse(ImmutableArray<Candidate> candidates)
    {
        var problems = new List<Problem>();
        var keys = new List<VerificationKey>();
        var clientKeys = new List<VerificationKey>();
        var known = new HashSet<(SecretUse.Role, string)>();
        foreach (var candidate in candidates)
        {
            if (SecretCheck.ReadKeys(_source, candidate.Role, candidate.Text, out var read) is { } problem)
                problems.Add(new Problem($"{candidate.Name} is not a key that source '{_source.Name}' can use: {problem}.", candidate.Secret.Name));
            else if (known.Add((candidate.Role, candidate.Text)))
                (candidate.Role == SecretUse.Role.ClientKey ? clientKeys : keys).AddRange(read);
        }

        if (keys.Count > VerificationKey.MaxPerSource)
            problems.Add(new Problem($"Source '{_source.Name}' has {keys.Count} keys: the newest {VerificationKey.MaxPerSource} are used."));

        var usable = keys.Count > 0 && (_source.ClientKeyName is null || clientKeys.Count > 0);
        return (usable ? new KeySet([.. keys.Take(VerificationKey.MaxPerSource), .. clientKeys.Take(VerificationKey.MaxPerSource)]) : null, [.. problems]);
    }

    private void Report(ImmutableArray<Problem> problems)
    {
        foreach (var problem in problems.Except(_problems))
        {
            Log.UnusableKey(_logger, problem.Sentence);
            if (problem.RefusedSecret is { } secret)
                _metrics.Refused(secret);
        }

        _problems = problems;
    }

    /// <summary>What is wrong with the keys.</summary>
    /// <param name="Sentence">A sentence, without a character of any secret.</param>
    /// <param name="RefusedSecret">
    /// The secret that has a version that cannot be used; null: it is about something else.
    /// </param>
    private sealed record Problem(string Sentence, string? RefusedSecret = null);

    /// <summary>
    /// The keys until the moment at which one of them lapses without a read; a class, so that it is replaced in one
    /// step.
    /// </summary>
    private sealed class Snapshot(KeySet? keys, DateTimeOffset until)
    {
        public KeySet? Keys => keys;

        public DateTimeOffset Until => until;
    }

    /// <summary>One version's text, with the name to report it by.</summary>
    private sealed class Candidate(CachedSecret secret, string name, SecretUse.Role role, string text) : IEquatable<Candidate>
    {
        public CachedSecret Secret => secret;

        public string Name => name;

        public SecretUse.Role Role => role;

        public string Text => text;

        public bool Equals(Candidate? other)
            => other is not null && other.Role == role && string.Equals(other.Text, text, StringComparison.Ordinal) && string.Equals(other.Name, name, StringComparison.Ordinal);

        public override bool Equals(object? obj) => Equals(obj as Candidate);

        public override int GetHashCode() => HashCode.Combine(role, text, name);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Problem}")]
        public static partial void UnusableKey(ILogger logger, string problem);
    }
}
