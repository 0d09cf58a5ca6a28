using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;

namespace FunctionsIngest.Processing;

/// <summary>The rules of the processor and of the poison keeper: docs/protocol.md, "The message".</summary>
internal static class DecisionTable
{
    /// <summary>How many deaths of its processors an event gets.</summary>
    public const int MaxDeaths = 3;

    // Longer than any request takes, and than the clocks of two instances differ.
    private static readonly TimeSpan MostMargin = TimeSpan.FromHours(1);

    /// <summary>Decides. The first line that matches holds.</summary>
    /// <param name="reading">The row of the message's webhook, and when it was read.</param>
    /// <param name="message">The message.</param>
    /// <param name="retention">The retention of the message's source.</param>
    public static Decision Decide(RowReading reading, Envelope message, TimeSpan retention) => reading.Row switch
    {
        { State: RowState.Unreadable } => Decision.KeepUnreadable,
        { State: RowState.Processed } => Decision.DropAtEnd,
        { State: RowState.Poisoned } row when message.Redrive <= row.Redrive => Decision.DropAtEnd,
        { } row when IsLate(message, reading.At, retention) && message.SentAt + MarginOf(retention) < row.ReceivedAt => Decision.KeepFormer,
        { State: RowState.Processing } row when IsOlder(message, row) => Decision.DropAsOlder,
        { State: RowState.Processing } when reading.RestOfLease > TimeSpan.Zero => Decision.Defer,
        null => IsLate(message, reading.At, retention) ? Decision.InsertOutlived : Decision.Insert,
        _ => Decision.Take,
    };

    /// <summary>
    /// Whether the final row of a message may have expired. A final row lives for a whole retention after its last
    /// change, and no delivery is sent once its row is final.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="now">The time.</param>
    /// <param name="retention">The retention of the message's source.</param>
    public static bool IsLate(Envelope message, DateTimeOffset now, TimeSpan retention) => now - message.SentAt >= retention - MarginOf(retention);

    /// <summary>The row as a processor takes it.</summary>
    /// <param name="row">The row as it was read; a new one to be inserted.</param>
    /// <param name="message">The message.</param>
    /// <param name="owner">The id of this taking.</param>
    /// <param name="lease">How long the lease is.</param>
    public static LedgerRow Take(LedgerRow row, Envelope message, string owner, TimeSpan lease)
    {
        var isNewRedrive = message.Redrive > row.Redrive;
        var hasDied = row is { State: RowState.Processing, Lease: not null };
        return row with
        {
            State = RowState.Processing,
            Owner = owner,
            Delivery = message.Delivery,
            Redrive = message.Redrive,
            Attempt = message.Attempt,
            Lease = lease,
            Takes = row.Takes + 1,
            Deaths = isNewRedrive ? 0 : row.Deaths + (hasDied ? 1 : 0),
            IsOutlived = row.IsOutlived && !isNewRedrive,
        };
    }

    /// <summary>Why the event of a row that has just been taken is given up without a run; null if it is not.</summary>
    public static string? ReasonToGiveUp(LedgerRow row) => row switch
    {
        { IsOutlived: true } => GiveUpReasons.Outlived,
        { Deaths: >= MaxDeaths } => GiveUpReasons.DiedTooOften,
        _ => null,
    };

    /// <summary>
    /// Whether the event was taken before: handlers may have run, and the event may have been given up. Where its row
    /// has expired since then, the new row counts from one again, but the attempt and the redrive still tell.
    /// </summary>
    public static bool WasTakenBefore(LedgerRow row, Envelope message)
        => row.Takes > 1 || Math.Max(row.Attempt, message.Attempt) > 1 || Math.Max(row.Redrive, message.Redrive) > 0;

    private static bool IsOlder(Envelope message, LedgerRow row)
        => (message.Redrive, message.Attempt).CompareTo((row.Redrive, row.Attempt)) < 0;

    private static TimeSpan MarginOf(TimeSpan retention) => retention / 2 < MostMargin ? retention / 2 : MostMargin;
}
