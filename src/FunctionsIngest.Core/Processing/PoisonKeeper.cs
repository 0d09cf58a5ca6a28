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
    EventEnds ends,
    IngestMetrics metrics,
    ILogger<PoisonKeeper> logger)
{
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
            var taking = await taker.TryTakeAsync(envelope, rest => queue.SendToPoisonQueueAsync(message, rest, stopping), stopping);
            await using var row = taking.Row;
            if (row is null)
            {
                await KeepWithoutRowAsync(taking.Decision, message, envelope, stopping);
                return;
            }

            try
            {
                var body = envelope.Body ?? await payloads.DownloadAsync(envelope.Payload!, stopping);
                isKept = await TryGiveUpAsync(envelope, row, body, DecisionTable.ReasonToGiveUp(row.Current) ?? GiveUpReasons.ProcessDied);
            }
            catch
            {
                await row.TryReleaseAsync();
                throw;
            }
            finally
            {
                ends.Count(envelope, row);
            }
        }
    }

    /// <summary>Keeps a message where the decision table says so, without its row.</summary>
    public async Task KeepWithoutRowAsync(Decision decision, BinaryData message, Envelope envelope, CancellationToken stopping)
    {
        switch (decision)
        {
            case Decision.KeepUnreadable:
                await KeepUnreadableAsync(message, GiveUpReasons.RowUnreadable, stopping);
                break;
            case Decision.KeepFormer:
                var body = envelope.Body ?? await payloads.DownloadAsync(envelope.Payload!, stopping);
                await store.KeepAsync(envelope, body, Reason(GiveUpReasons.Outlived, envelope, body), CancellationToken.None);
                ends.CountGivenUp(envelope, GiveUpReasons.Outlived);
                await cleanup.RemovePayloadAsync(envelope, CancellationToken.None);
                break;
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
    /// <param name="envelope">The message.</param>
    /// <param name="row">The row.</param>
    /// <param name="body">The body; null if it is lost, which the reason then says too.</param>
    /// <param name="why">Why; null: because the body is lost.</param>
    /// <returns>False if the row was lost on the way.</returns>
    public async Task<bool> TryGiveUpAsync(Envelope envelope, HeldRow row, BinaryData? body, string? why)
    {
        var reason = Reason(why, envelope, body);
        await store.KeepAsync(envelope, body, reason, CancellationToken.None);
        var isWritten = await row.TryWriteAsync(
            current =>
            {
                current.State = RowState.Poisoned;
                current.Reason = reason;
                current.Lease = null;
            },
            CancellationToken.None);
        if (!isWritten)
        {
            await cleanup.TakeBackPoisonAsync(envelope);
            return false;
        }

        ends.Count(envelope, row);
        // Where the body is missing, the document still names the payload: a redrive looks there again.
        if (body is not null)
            await cleanup.CleanUpAsync(envelope, row.Current, CancellationToken.None);
        return true;
    }

    private static string Reason(string? why, Envelope envelope, BinaryData? body)
        => body is not null ? why! : string.Join(' ', new[] { why, GiveUpReasons.BodyMissing(envelope) }.OfType<string>());

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A message of the queue could not be read, and is kept as poison: {Problem}")]
        public static partial void Unreadable(ILogger logger, string problem);
    }
}
