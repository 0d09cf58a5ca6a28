using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Queueing;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Processing;

/// <summary>Gives events up: after their last attempt, or because the process died with them again and again.</summary>
internal sealed partial class PoisonKeeper(
    RowTaker taker,
    EventQueue queue,
    PayloadStore payloads,
    PoisonStore store,
    EventCleanup cleanup,
    IngestMetrics metrics,
    ILogger<PoisonKeeper> logger)
{
    /// <summary>The reason of an event whose message the host gave up.</summary>
    public const string ProcessDied = "The process died.";

    /// <summary>The reason of an event whose body is lost.</summary>
    public static string BodyMissing(Envelope envelope) => $"The body is missing: there is no blob '{envelope.Payload}'.";

    /// <summary>
    /// A message of the poison queue: decided by the same table as any other, and where that says take, given up.
    /// </summary>
    /// <exception cref="Exception">Storage failed: the message is to be delivered again.</exception>
    public async Task KeepAsync(BinaryData message, CancellationToken stopping)
    {
        if (!Envelope.TryDecode(message, out var envelope, out var problem))
        {
            await KeepUnreadableAsync(message, problem, stopping);
            return;
        }

        using var activity = envelope.StartActivity("webhook give up");
        using var scope = logger.BeginScope(envelope.ToLogScope());
        var isKept = false;
        while (!isKept)
        {
            await using var row = await taker.TryTakeAsync(envelope, rest => queue.SendToPoisonQueueAsync(message, rest, stopping), stopping);
            if (row is null)
                return;

            try
            {
                var body = envelope.Body ?? await payloads.DownloadAsync(envelope.Payload!, stopping);
                isKept = await TryGiveUpAsync(envelope, row, body, body is null ? $"{ProcessDied} {BodyMissing(envelope)}" : ProcessDied);
            }
            catch
            {
                await row.TryReleaseAsync();
                throw;
            }
        }
    }

    /// <summary>Keeps a message that cannot be read.</summary>
    public async Task KeepUnreadableAsync(BinaryData message, string problem, CancellationToken stopping)
    {
        await store.KeepUnreadableAsync(message, problem, stopping);
        metrics.Poisoned(IngestMetrics.Unreadable);
        Log.Unreadable(logger, problem);
    }

    /// <summary>Writes the poison document, then the row.</summary>
    /// <returns>False if the row was lost on the way.</returns>
    public async Task<bool> TryGiveUpAsync(Envelope envelope, HeldRow row, BinaryData? body, string reason)
    {
        await store.KeepAsync(envelope, body, reason, CancellationToken.None);
        var isWritten = await row.TryWriteAsync(
            current =>
            {
                current.State = RowState.Poisoned;
                current.Reason = reason;
                current.LeaseUntil = null;
            },
            CancellationToken.None);
        if (!isWritten)
        {
            await cleanup.TakeBackPoisonAsync(envelope);
            return false;
        }

        metrics.Poisoned(envelope.Source);
        metrics.Processed(envelope.Source, "poisoned");
        Log.GivenUp(logger, envelope.Attempt, reason);
        // Where the body is missing, the document still names the payload: a redrive looks there again.
        if (body is not null)
            await cleanup.CleanUpAsync(envelope, row.Current, CancellationToken.None);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Given up after attempt {Attempt}, and kept until 'ingest poison redrive' or 'purge': {Reason}")]
        public static partial void GivenUp(ILogger logger, int attempt, string reason);

        [LoggerMessage(2, LogLevel.Error, "A message of the queue could not be read, and is kept as poison: {Problem}")]
        public static partial void Unreadable(ILogger logger, string problem);
    }
}
