namespace FunctionsIngest.Ledger;

/// <summary>What a look for a row has found.</summary>
/// <param name="Row">The row; null if it is missing.</param>
/// <param name="At">When storage answered, by its own clock, in whole seconds.</param>
internal readonly record struct RowReading(LedgerRow? Row, DateTimeOffset At)
{
    // The answer's time has whole seconds, and the time of the row's change has more.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>How long the row's lease is still live; zero or less if it is not.</summary>
    public TimeSpan RestOfLease => Row is { Lease: { } lease, ChangedAt: { } changedAt } ? changedAt + lease + Margin - At : TimeSpan.Zero;
}
