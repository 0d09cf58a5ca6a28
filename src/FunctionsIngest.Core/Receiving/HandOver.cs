using System.Diagnostics;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Receiving;

/// <summary>Makes a genuine webhook durable: its row in the ledger, then its message on the queue.</summary>
internal sealed partial class HandOver(LedgerTable table, EventQueue queue, IngestMetrics metrics, TimeProvider time, ILogger<HandOver> logger)
{
    /// <summary>Records the event and sends its message.</summary>
    /// <param name="key">The event's key.</param>
    /// <param name="envelope">The message.</param>
    /// <param name="deadline">Ends the calls.</param>
    /// <exception cref="Exception">Storage failed: it is not known how far it came.</exception>
    public async Task<Answer> AcceptAsync(EventKey key, Envelope envelope, CancellationToken deadline)
    {
        while (true)
        {
            if (await RecordAsync(key, envelope.Time, deadline))
                return await SendFirstAsync(envelope, deadline);
            if (await AnswerDuplicateAsync(envelope, deadline) is { } answer)
                return answer;
        }
    }

    private async Task<bool> RecordAsync(EventKey key, DateTimeOffset receivedAt, CancellationToken deadline)
    {
        using var activity = IngestActivity.Start("webhook record", ActivityKind.Client);
        var started = time.GetTimestamp();
        var isFirst = await table.TryInsertAsync(LedgerRow.For(key, receivedAt), deadline);
        metrics.Inserted(key.Source, time.GetElapsedTime(started));
        return isFirst;
    }

    private async Task<Answer> SendFirstAsync(Envelope envelope, CancellationToken deadline)
    {
        await SendAsync(envelope, deadline);
        Log.Accepted(logger, envelope.Type);
        return Answer.Accepted(envelope.EventId);
    }

    /// <summary>
    /// The first request may have died before its send, or its send's outcome may be unknown: when in doubt, send
    /// again; the processor decides.
    /// </summary>
    /// <returns>The answer; null if the row has just expired, so that the webhook is a new one.</returns>
    private async Task<Answer?> AnswerDuplicateAsync(Envelope envelope, CancellationToken deadline)
    {
        var row = await table.FindAsync(envelope.PartitionKey, envelope.RowKey, deadline);
        Log.Duplicate(logger, row?.State);
        if (row is null)
            return null;

        if (row.State is RowState.Received or RowState.Unreadable)
            await SendAsync(envelope, deadline);
        // A processor that was faster has written a later state, and that one stays.
        if (row.State == RowState.Received)
            await table.TryUpdateAsync(row with { State = RowState.HandedOver }, deadline);

        return Answer.Duplicate(envelope.EventId);
    }

    private async Task SendAsync(Envelope envelope, CancellationToken deadline)
    {
        using var activity = IngestActivity.Start("webhook send", ActivityKind.Producer);
        activity?.SetTag("messaging.message.id", envelope.Delivery);
        var started = time.GetTimestamp();
        await queue.SendAsync(activity is null ? envelope : envelope with { TraceParent = activity.Id }, TimeSpan.Zero, deadline);
        metrics.Sent(envelope.Source, envelope.Body!.ToMemory().Length, time.GetElapsedTime(started));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Accepted {EventType}.")]
        public static partial void Accepted(ILogger logger, string eventType);

        [LoggerMessage(2, LogLevel.Information, "Seen before, and answered as a duplicate. The first one is {State}.")]
        public static partial void Duplicate(ILogger logger, RowState? state);
    }
}
