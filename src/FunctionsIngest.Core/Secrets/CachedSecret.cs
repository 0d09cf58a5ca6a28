using System.Globalization;
using Azure;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Secrets;

/// <summary>
/// One secret in memory: read once for everybody who waits for it, and again in the background, ahead of its age
/// reaching
/// <see cref="KeyVaultOptions.RefreshInterval"/>.
/// </summary>
internal sealed partial class CachedSecret : IDisposable
{
    /// <summary>How often a failed verification may have the secret read, whatever forgers send.</summary>
    public static readonly TimeSpan EarlyRefreshInterval = TimeSpan.FromMinutes(1);

    /// <summary>A read that has not ended by then has failed.</summary>
    public static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LeastRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostRetryDelay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MostRetryAfter = TimeSpan.FromHours(1);

    private readonly ISecretReader _reader;
    private readonly KeyVaultOptions _options;
    private readonly TimeProvider _clock;
    private readonly VaultMetrics _metrics;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly List<Func<string, bool>> _uses = [];

    private volatile SecretReading? _reading;
    private volatile Exception? _failure;
    private Task? _running;
    private int _failures;
    private DateTimeOffset _earlyRefreshFrom;
    private DateTimeOffset _retryFrom;

    public CachedSecret(string name, ISecretReader reader, KeyVaultOptions options, TimeProvider clock, VaultMetrics metrics, ILogger logger)
    {
        (Name, _reader, _options, _clock, _metrics, _logger) = (name, reader, options, clock, metrics, logger);

        // A timer belongs to no request: it must not keep the trace and the log scope of the one that came first.
        using (ExecutionContext.SuppressFlow())
            _timer = clock.CreateTimer(_ => Refresh(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string Name { get; }

    /// <summary>Adds somebody who uses the secret; before the first read.</summary>
    /// <param name="isUsable">Whether a text is a key to them.</param>
    public void AddUse(Func<string, bool> isUsable) => _uses.Add(isUsable);

    /// <summary>Called after each successful read.</summary>
    public event Action? Refreshed;

    /// <summary>How a message names the secret.</summary>
    public string Description => _reader.Describe(Name);

    /// <summary>How a message names a version of it.</summary>
    public string Describe(SecretVersion version) => _reader.Describe(Name, version);

    /// <summary>Why the last read failed; null if it did not.</summary>
    public Exception? Failure => _failure;

    /// <summary>The age of what is known; null if nothing is.</summary>
    public TimeSpan? Age => _reading is { } reading ? _clock.GetUtcNow() - reading.ReadAt : null;

    /// <summary>
    /// What is known of the secret; null if it was never read, or not for
    /// <see cref="KeyVaultOptions.OutageTolerance"/>.
    /// </summary>
    public SecretReading? ReadingAt(DateTimeOffset now) => _reading is { } reading && now < LapseOf(reading) ? reading : null;

    /// <summary>The versions in force; none if the secret is not known.</summary>
    public IEnumerable<SecretVersion> VersionsAt(DateTimeOffset now)
        => ReadingAt(now)?.Versions.Where(version => !(version.ExpiresOn <= now)) ?? [];

    /// <summary>Until when a reading serves if no other follows it.</summary>
    public DateTimeOffset LapseOf(SecretReading reading) => reading.ReadAt + _options.OutageTolerance;

    /// <summary>Reads the secret; joins a read that is running.</summary>
    public void Refresh()
    {
        lock (_lock)
            Start();
    }

    /// <summary>
    /// The read that is running, or one that is started now, if that is allowed. It is not allowed while the store asks
    /// for a pause or has just failed. Once the secret is known, it is allowed once in
    /// <see cref="EarlyRefreshInterval"/>.
    /// </summary>
    public Task? TryRefresh()
    {
        lock (_lock)
        {
            if (_running is { IsCompleted: false })
                return _running;

            var now = _clock.GetUtcNow();
            if (now < _retryFrom)
                return null;

            if (ReadingAt(now) is not null)
            {
                if (now < _earlyRefreshFrom)
                    return null;
                _earlyRefreshFrom = now + EarlyRefreshInterval;
            }

            return Start();
        }
    }

    /// <summary>Stops reading.</summary>
    public void Dispose() => _timer.Dispose();

    private Task Start()
    {
        if (_running is not { IsCompleted: false })
        {
            // The caller that starts a read lends it neither trace nor log scope, because others wait for it too.
            using (ExecutionContext.SuppressFlow())
                _running = ReadAsync();
        }

        return _running;
    }

    private async Task ReadAsync()
    {
        var now = _clock.GetUtcNow();
        try
        {
            using var timeout = new CancellationTokenSource(ReadTimeout, _clock);
            _reading = new SecretReading(await _reader.ReadAsync(Name, text => _uses.Exists(isUsable => isUsable(text)), timeout.Token), now);
            Refreshed?.Invoke();
            _failure = null;
            _failures = 0;
        }
        catch (Exception exception)
        {
            _failure = exception;
        }

        if (_failure is null)
        {
            // Earlier by up to a fifth, by chance: a thousand instances that started together soon read at different
            // times.
            _timer.Change(_options.RefreshInterval * (1 - 0.2 * Random.Shared.NextDouble()), Timeout.InfiniteTimeSpan);
            _metrics.Refreshed(Name);
        }
        else
        {
            RetryAfter(_failure);
        }
    }

    private void RetryAfter(Exception exception)
    {
        var response = (exception as RequestFailedException)?.GetRawResponse();
        var delay = LeastRetryDelay * Math.Pow(2, Math.Min(_failures++, 10));
        delay = (delay < MostRetryDelay ? delay : MostRetryDelay) * (1 - 0.5 * Random.Shared.NextDouble());
        if (response is not null && AskedDelay(response) is { } asked && asked > delay)
            delay = asked;

        lock (_lock)
            _retryFrom = _clock.GetUtcNow() + delay;
        _timer.Change(delay, Timeout.InfiniteTimeSpan);

        if (Age is { } age)
            Log.KeysKeepServing(_logger, Description, age, delay, exception);
        else
            Log.NoKeys(_logger, Description, delay, exception);

        if (response?.Status == 429)
            _metrics.Throttled(Name);
        else
            _metrics.Failed(Name);
    }

    // RFC 9110, section 10.2.3: seconds or a date.
    private TimeSpan? AskedDelay(Response response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out var value))
            return null;

        TimeSpan? asked = null;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            asked = TimeSpan.FromSeconds(seconds);
        else if (DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            asked = date - _clock.GetUtcNow();

        return asked > MostRetryAfter ? MostRetryAfter : asked;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Secret} could not be read: what was read {Age} ago keeps serving. Next try in {Delay}.")]
        public static partial void KeysKeepServing(ILogger logger, string secret, TimeSpan age, TimeSpan delay, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{Secret} could not be read yet: sources without another key answer 503. Next try in {Delay}.")]
        public static partial void NoKeys(ILogger logger, string secret, TimeSpan delay, Exception exception);
    }
}
