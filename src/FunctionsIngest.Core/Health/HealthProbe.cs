using FunctionsIngest.Ledger;
using FunctionsIngest.Secrets;
using FunctionsIngest.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Health;

/// <summary>
/// Whether a webhook could be accepted now. An answer is kept for 10 s, so that probes cost next to nothing.
/// </summary>
internal sealed partial class HealthProbe(StorageClients clients, SweepBookmark bookmark, KeyRing keyRing, TimeProvider time, ILogger<HealthProbe> logger) : IDisposable
{
    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    // A probe gives up before the prober does.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim _turn = new(1);
    private Readiness? _last;
    private long _lastAt;

    /// <summary>Alive: a process that answers is alive.</summary>
    public static IResult Alive() => Results.Json(new { status = "alive" });

    /// <summary>Asks storage and secrets, at most once in 10 s. Names no resource.</summary>
    public async Task<IResult> ReadyAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || time.GetElapsedTime(_lastAt) >= Freshness)
            {
                _last = await ProbeAsync();
                _lastAt = time.GetTimestamp();
            }

            return _last.ToResult();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<Readiness> ProbeAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        var checks = await Task.WhenAll(
            CheckAsync(Readiness.Part.Table, () => Reach(bookmark.ReadPageAsync(SweepBookmark.Payloads, patience.Token))),
            CheckAsync(Readiness.Part.Queue, () => Reach(clients.Events.ExistsAsync(patience.Token))),
            CheckAsync(Readiness.Part.Blob, () => Reach(clients.Payloads.ExistsAsync(patience.Token))),
            CheckAsync(Readiness.Part.Secrets, async () => await keyRing.IsReadyAsync(patience.Token)));
        return new Readiness(checks.ToDictionary());
    }

    private async Task<KeyValuePair<Readiness.Part, bool>> CheckAsync(Readiness.Part part, Func<Task<bool>> check)
    {
        try
        {
            return new(part, await check());
        }
        catch (Exception exception)
        {
            Log.NotReady(logger, exception, part);
            return new(part, false);
        }
    }

    // What storage answers does not matter here, only that it does: a missing piece is created when it is first needed.
    private static async Task<bool> Reach(Task call)
    {
        await call;
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Not ready: {Part} cannot be reached.")]
        public static partial void NotReady(ILogger logger, Exception exception, Readiness.Part part);
    }
}
