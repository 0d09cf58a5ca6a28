using System.Collections.Immutable;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Secrets;

/// <summary>The keys of one source, made from what is known of its secrets and remade when that changes.</summary>
internal sealed partial class SourceKeys
{
    private readonly Source _source;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();

    private volatile Snapshot _snapshot = new(null, DateTimeOffset.MaxValue);
    private ImmutableArray<Candidate> _candidates = [];
    private ImmutableArray<string> _unparsed = [];
    private ImmutableArray<string> _problems = [];

    /// <param name="source">The source.</param>
    /// <param name="secret">Finds a secret by its name.</param>
    /// <param name="logger">Is told of keys that cannot be used, whenever they change.</param>
    public SourceKeys(Source source, Func<string, CachedSecret> secret, ILogger logger)
    {
        _source = source;
        _logger = logger;
        Secrets = [.. source.SecretNames.Select(secret)];
        if (source.ClientKeyName is { } clientKey)
            Secrets = Secrets.Add(secret(clientKey));
    }

    /// <summary>
    /// Every secret that the source needs; the one that holds its client key, if it has any, comes last.
    /// </summary>
    public ImmutableArray<CachedSecret> Secrets { get; }

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
                (keys, _unparsed) = Parse(candidates);
                _candidates = candidates;
            }

            _snapshot = new Snapshot(keys, until);
            Report(_unparsed.AddRange(absent));
            return keys;
        }
    }

    /// <summary>Says why there is no usable key.</summary>
    public SecretsUnavailableException Unavailable()
    {
        ImmutableArray<string> problems;
        lock (_lock)
            problems = _problems;

        var unread = Secrets.FirstOrDefault(secret => secret.Failure is not null);
        var reasons = unread is null ? problems : problems.Add($"{unread.Description} could not be read.");
        return new SecretsUnavailableException($"Source '{_source.Name}' has no usable key. {string.Join(' ', reasons)}", unread?.Failure);
    }

    private (ImmutableArray<Candidate> Candidates, List<string> Absent, DateTimeOffset Until) Collect(DateTimeOffset now)
    {
        var until = DateTimeOffset.MaxValue;
        var absent = new List<string>();
        var found = new List<(DateTimeOffset CreatedOn, Candidate Candidate)>();
        for (var i = 0; i < Secrets.Length; i++)
        {
            var secret = Secrets[i];
            var isClientKey = i >= _source.SecretNames.Count;
            if (secret.ReadingAt(now) is not { } reading)
                continue;

            var versions = reading.Versions.Where(version => !(version.ExpiresOn <= now)).ToList();
            until = versions.Select(version => version.ExpiresOn).OfType<DateTimeOffset>().Append(secret.LapseOf(reading)).Append(until).Min();
            if (versions.Count == 0)
                absent.Add($"{secret.Description} has no value in force.");

            foreach (var version in versions)
            {
                var name = version.Id is null ? secret.Description : $"{secret.Description}, version {version.Id}";
                var keys = SecretText.Split(version.Value);
                if (keys.Count == 0)
                    absent.Add($"{name} is empty.");
                found.AddRange(keys.Select((key, index) => (version.CreatedOn, new Candidate(keys.Count == 1 ? name : $"{name}, key {index + 1}", isClientKey, key))));
            }
        }

        // Stable: the keys of one version stay in their order, and so do those of secrets that do not say when they
        // were made.
        var candidates = found.OrderByDescending(item => item.CreatedOn).Select(item => item.Candidate).DistinctBy(candidate => (candidate.IsClientKey, candidate.Text));
        return ([.. candidates], absent, until);
    }

    private (KeySet? Keys, ImmutableArray<string> Problems) Parse(ImmutableArray<Candidate> candidates)
    {
        var problems = new List<string>();
        var keys = new List<VerificationKey>();
        var clientKeys = new List<VerificationKey>();
        foreach (var candidate in candidates)
        {
            if (candidate.IsClientKey)
                clientKeys.Add(new ClientKey(candidate.Text));
            else if (_source.Scheme.ReadKey(candidate.Text, out var key) is { } problem)
                problems.Add($"{candidate.Name} is not a key that source '{_source.Name}' can use: {problem}.");
            else
                keys.Add(key!);
        }

        if (keys.Count > VerificationKey.MaxPerSource)
            problems.Add($"Source '{_source.Name}' has {keys.Count} keys: the newest {VerificationKey.MaxPerSource} are used.");

        var usable = keys.Count > 0 && (_source.ClientKeyName is null || clientKeys.Count > 0);
        return (usable ? new KeySet([.. keys.Take(VerificationKey.MaxPerSource), .. clientKeys.Take(VerificationKey.MaxPerSource)]) : null, [.. problems]);
    }

    private void Report(ImmutableArray<string> problems)
    {
        foreach (var problem in problems.Except(_problems))
            Log.UnusableKey(_logger, problem);
        _problems = problems;
    }

    /// <summary>
    /// The keys until the moment at which one of them lapses without a read; a class, so that it is replaced in one
    /// step.
    /// </summary>
    private sealed class Snapshot(KeySet? keys, DateTimeOffset until)
    {
        public KeySet? Keys => keys;

        public DateTimeOffset Until => until;
    }

    /// <summary>One key's text, with the name to report it by.</summary>
    private sealed class Candidate(string name, bool isClientKey, string text) : IEquatable<Candidate>
    {
        public string Name => name;

        public bool IsClientKey => isClientKey;

        public string Text => text;

        public bool Equals(Candidate? other)
            => other is not null && other.IsClientKey == isClientKey && string.Equals(other.Text, text, StringComparison.Ordinal) && string.Equals(other.Name, name, StringComparison.Ordinal);

        public override bool Equals(object? obj) => Equals(obj as Candidate);

        public override int GetHashCode() => HashCode.Combine(isClientKey, text, name);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Problem}")]
        public static partial void UnusableKey(ILogger logger, string problem);
    }
}
