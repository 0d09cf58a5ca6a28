using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;

namespace FunctionsIngest.Processing;

/// <summary>The rule of the processor and of the poison keeper: the first line that matches holds.</summary>
internal static class DecisionTable
{
    /// <summary>Decides.</summary>
    /// <param name="row">The row of the message's webhook; null if it is missing.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The time, to tell whether a lease is live.</param>
    public static Decision Decide(LedgerRow? row, Envelope message, DateTimeOffset now) => row switch
    {
        null => Decision.Insert,
        { State: RowState.Processed } => Decision.DropAtEnd,
        { State: RowState.Poisoned } when message.Redrive <= row.Redrive => Decision.DropAtEnd,
        { State: RowState.Processing } when IsOlder(message, row) => Decision.DropAsOlder,
        { State: RowState.Processing } when row.LeaseUntil > now => Decision.Defer,
        _ => Decision.Take,
    };

    /// <summary>
    /// Whether the event was taken before: handlers may have run, and the event may have been given up. Where its row
    /// has expired since then, the new row counts from one again, but the attempt and the redrive still tell.
    /// </summary>
    public static bool WasTakenBefore(LedgerRow row, Envelope message)
        => row.Takes > 1 || Math.Max(row.Attempt, message.Attempt) > 1 || Math.Max(row.Redrive, message.Redrive) > 0;

    private static bool IsOlder(Envelope message, LedgerRow row)
        => (message.Redrive, message.Attempt).CompareTo((row.Redrive, row.Attempt)) < 0;
}
