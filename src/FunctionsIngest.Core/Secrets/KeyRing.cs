using System.Collections.Frozen;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Secrets;

/// <summary>The keys of every source, read at the start and again in the background.</summary>
internal sealed partial class KeyRing : IDisposable
{
    /// <summary>
    /// How long a request waits for a read that is running: where there is no key yet, and where none verifies it.
    /// </summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly FrozenDictionary<string, CachedSecret> _secrets;
    private readonly FrozenDictionary<string, SourceKeys> _sources;
    private readonly IReadOnlyList<Source> _configured;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public KeyRing(
        SourceCatalogue sources, ISecretReader reader, IOptions<KeyVaultOptions> options, TimeProvider clock, VaultMetrics metrics, SecretFingerprints fingerprints, ILogger<KeyRing> logger)
    {
        (_configured, _clock, _logger) = (sources.All, clock, logger);
        _secrets = sources.All
            .SelectMany(SecretUse.Of)
            .Select(use => use.Name)
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(name => name, name => new CachedSecret(name, reader, options.Value, clock, metrics, logger), StringComparer.OrdinalIgnoreCase);
        _sources = sources.All.ToFrozenDictionary(source => source.Name, source => new SourceKeys(source, name => _secrets[name], metrics, logger), StringComparer.Ordinal);

        foreach (var source in _sources.Values)
        {
            foreach (var secret in source.Secrets.Distinct())
                secret.Refreshed += () => source.Rebuild(clock.GetUtcNow());
        }

        foreach (var secret in _secrets.Values)
            secret.Refreshed += () => fingerprints.Note(secret.Name, secret.VersionsAt(clock.GetUtcNow()).Select(version => version.Value));

        metrics.ObserveAges(() => from secret in _secrets.Values let age = secret.Age where age is not null select (secret.Name, age.Value));
    }

    /// <summary>The keys of a source; from memory, without waiting, in the steady state.</summary>
    /// <exception cref="SecretsUnavailableException">There is no usable key and none can be had now.</exception>
    public ValueTask<KeySet> GetAsync(Source source, CancellationToken cancellationToken)
    {
        var keys = _sources[source.Name];
        return keys.KeysAt(_clock.GetUtcNow()) is { } known ? new(known) : new(GetSlowlyAsync(keys, cancellationToken));
    }

    /// <summary>
    /// After a failed verification: the keys again if they have changed since <paramref name="seen"/>, read anew if the
    /// rate limit allows, waiting for at most 2 s; null if there is nothing newer to verify with.
    /// </summary>
    public async ValueTask<KeySet?> GetNewerAsync(Source source, KeySet seen, CancellationToken cancellationToken)
    {
        var keys = _sources[source.Name];
        if (keys.KeysAt(_clock.GetUtcNow()) is { } known && known != seen)
            return known;

        var started = _clock.GetTimestamp();
        await RefreshAsync(keys, LongestWait, cancellationToken);

        // A read that was running already may have begun before the key was there.
        if (keys.KeysAt(_clock.GetUtcNow()) == seen)
            await RefreshAsync(keys, LongestWait - _clock.GetElapsedTime(started), cancellationToken);

        var newer = keys.KeysAt(_clock.GetUtcNow());
        if (newer is not null && newer != seen)
            return newer;

        // The key that would verify the webhook may be in another secret of the source, which cannot be read. Yet one
        // such secret must not turn every refusal into a 503: the source has good keys, and every forged webhook would
        // look like an outage.
        return newer is null ? throw keys.Unavailable() : null;
    }

    /// <summary>Whether every source has a usable key, for readiness.</summary>
    public async ValueTask<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        var waiting = _sources.Values.Where(keys => keys.KeysAt(_clock.GetUtcNow()) is null);
        await Task.WhenAll(waiting.Select(keys => RefreshAsync(keys, LongestWait, cancellationToken)));
        return _sources.Values.All(keys => keys.KeysAt(_clock.GetUtcNow()) is not null);
    }

    /// <summary>
    /// Begins to read every secret, so that the first webhook need not wait; the host does not wait for it either.
    /// </summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var source in _configured)
        {
            if (source.AllowWeakSecret)
                Log.AllowsWeakSecret(_logger, source.Name);
            if (source.AllowSharedSecret)
                Log.AllowsSharedSecret(_logger, source.Name);
        }

        foreach (var secret in _secrets.Values)
            secret.Refresh();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var secret in _secrets.Values)
            secret.Dispose();
    }

    private async Task<KeySet> GetSlowlyAsync(SourceKeys keys, CancellationToken cancellationToken)
    {
        await RefreshAsync(keys, LongestWait, cancellationToken);
        return keys.KeysAt(_clock.GetUtcNow()) ?? throw keys.Unavailable();
    }

    private async Task RefreshAsync(SourceKeys keys, TimeSpan wait, CancellationToken cancellationToken)
    {
        List<Task>? running = null;
        foreach (var secret in keys.Secrets)
        {
            if (secret.TryRefresh() is { IsCompleted: false } refresh)
                (running ??= []).Add(refresh);
        }

        if (running is null)
            return;

        try
        {
            await Task.WhenAll(running).WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What has been read by now decides.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Source '{Source}' sets AllowWeakSecret: a secret of fewer than 16 bytes is accepted, and it can be guessed.")]
        public static partial void AllowsWeakSecret(ILogger logger, string source);

        [LoggerMessage(2, LogLevel.Warning, "Source '{Source}' sets AllowSharedSecret: a webhook of another source with the same secret could be sent to it.")]
        public static partial void AllowsSharedSecret(ILogger logger, string source);
    }
}
