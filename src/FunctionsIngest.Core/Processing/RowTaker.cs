using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Processing;

/// <summary>Brings a message before its row, and takes the row where the decision table says so.</summary>
internal sealed partial class RowTaker(
    LedgerTable table,
    EventCleanup cleanup,
    SourceCatalogue catalogue,
    IOptions<SourcesOptions> sources,
    IOptions<ProcessingOptions> options,
    TimeProvider time,
    ILogger<RowTaker> logger)
{
    /// <summary>Decides and acts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="defer">Sends a copy of the message that stays invisible for the given time.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <returns>
    /// The row; or why there is none: the message is to be kept in poison, or there is nothing more to do with it.
    /// </returns>
    public async Task<Taking> TryTakeAsync(Envelope message, Func<TimeSpan, Task> defer, CancellationToken cancellationToken)
    {
        var owner = Guid.NewGuid().ToString("N");
        // From before the write on: whatever the answer takes, the lease is over here before it is over in storage.
        var sentAt = time.GetTimestamp();
        while (true)
        {
            var reading = await table.ReadAsync(message.PartitionKey, message.RowKey, cancellationToken);
            var row = reading.Row;
            // A write whose answer was lost has made it to the table after all.
            if (row is { State: RowState.Processing } && row.Owner == owner)
                return new Taking(Decision.Take, Hold(row, sentAt));

            sentAt = time.GetTimestamp();
            var retention = catalogue.TryGet(message.Source, out var source) ? source.Retention : sources.Value.Retention;
            var decision = DecisionTable.Decide(reading, message, retention);
            switch (decision)
            {
                case Decision.DropAtEnd:
                    Log.Dropped(logger, message.Delivery, row!.State);
                    // The processor that ended the event may have died before it cleaned up, or have failed to. Where
                    // the row may expire at any moment, the poison document may be that of the same webhook, sent
                    // again.
                    await cleanup.CleanUpAsync(message, row, cancellationToken, leavesPoison: DecisionTable.IsLate(message, reading.At, retention));
                    break;

                case Decision.DropAsOlder:
                    Log.DroppedAsOlder(logger, message.Delivery, message.Attempt, row!.Attempt);
                    break;

                case Decision.Defer:
                    Log.Deferred(logger, TimeSpan.FromSeconds(Math.Ceiling(reading.RestOfLease.TotalSeconds)));
                    await defer(reading.RestOfLease);
                    break;

                case Decision.Insert or Decision.InsertOutlived:
                    var inserted = DecisionTable.Take(New(message, decision == Decision.InsertOutlived), message, owner, options.Value.Lease);
                    if (await table.TryInsertAsync(inserted, cancellationToken))
                        return new Taking(decision, Hold(inserted, sentAt));
                    continue;

                case Decision.Take:
                    var taken = DecisionTable.Take(row!, message, owner, options.Value.Lease);
                    if (await table.TryUpdateAsync(taken, cancellationToken))
                        return new Taking(decision, Hold(taken, sentAt));
                    continue;
            }

            return new Taking(decision, null);
        }
    }

    private static LedgerRow New(Envelope message, bool isOutlived) => new()
    {
        PartitionKey = message.PartitionKey,
        RowKey = message.RowKey,
        ReceivedAt = message.Time,
        Redrive = message.Redrive,
        IsOutlived = isOutlived,
    };

    private HeldRow Hold(LedgerRow row, long sentAt) => new(row, table, options.Value.Lease, sentAt, time, logger);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Delivery {Delivery} dropped: its event is {State}.")]
        public static partial void Dropped(ILogger logger, string delivery, RowState state);

        [LoggerMessage(2, LogLevel.Debug, "Delivery {Delivery} dropped: it is attempt {Attempt}, and attempt {RowAttempt} has taken over.")]
        public static partial void DroppedAsOlder(ILogger logger, string delivery, int attempt, int rowAttempt);

        [LoggerMessage(3, LogLevel.Information, "This event is being processed elsewhere, or a process that died has left it: looked at again in {Rest}. This is normal, and nothing is lost.")]
        public static partial void Deferred(ILogger logger, TimeSpan rest);
    }
}
