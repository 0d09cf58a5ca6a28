using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Processing;

/// <summary>Brings a message before its row, and takes the row where the decision table says so.</summary>
internal sealed partial class RowTaker(
    LedgerTable table,
    EventCleanup cleanup,
    IOptions<ProcessingOptions> options,
    TimeProvider time,
    ILogger<RowTaker> logger)
{
    /// <summary>Decides and acts.</summary>
    /// <param name="message">The message.</param>
    /// <param name="defer">Sends a copy of the message that stays invisible for the given time.</param>
    /// <param name="cancellationToken">Set when the host stops.</param>
    /// <returns>The row; null if there is nothing more to do with this message.</returns>
    public async Task<HeldRow?> TryTakeAsync(Envelope message, Func<TimeSpan, Task> defer, CancellationToken cancellationToken)
    {
        var owner = Guid.NewGuid().ToString("N");
        while (true)
        {
            var row = await table.FindAsync(message.PartitionKey, message.RowKey, cancellationToken);
            // A write whose answer was lost has made it to the table after all.
            // The state tells that it still counts: the processor that finished the event since then has kept the
            // owner's name.
            if (row is { State: RowState.Processing } && row.Owner == owner)
                return Hold(row);

            var now = time.GetUtcNow();
            switch (DecisionTable.Decide(row, message, now))
            {
                case Decision.DropAtEnd:
                    Log.Dropped(logger, message.Delivery, row!.State);
                    // The processor that ended the event may have died before it cleaned up, or have failed to.
                    await cleanup.CleanUpAsync(message, row, cancellationToken);
                    return null;

                case Decision.DropAsOlder:
                    Log.DroppedAsOlder(logger, message.Delivery, message.Attempt, row!.Attempt);
                    return null;

                case Decision.Defer:
                    var rest = row!.LeaseUntil!.Value - now;
                    Log.Deferred(logger, TimeSpan.FromSeconds(Math.Ceiling(rest.TotalSeconds)));
                    await defer(rest);
                    return null;

                case Decision.Insert:
                    row = new LedgerRow { PartitionKey = message.PartitionKey, RowKey = message.RowKey, ReceivedAt = message.Time };
                    Take(row, message, owner, now);
                    if (await table.TryInsertAsync(row, cancellationToken))
                        return Hold(row);
                    break;

                case Decision.Take:
                    Take(row!, message, owner, now);
                    if (await table.TryUpdateAsync(row!, cancellationToken))
                        return Hold(row!);
                    break;
            }
        }
    }

    private void Take(LedgerRow row, Envelope message, string owner, DateTimeOffset now)
    {
        row.State = RowState.Processing;
        row.Owner = owner;
        row.Delivery = message.Delivery;
        row.Redrive = message.Redrive;
        row.Attempt = message.Attempt;
        row.LeaseUntil = now + options.Value.Lease;
        row.Takes++;
    }

    private HeldRow Hold(LedgerRow row) => new(row, table, options.Value.Lease, time, logger);

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
