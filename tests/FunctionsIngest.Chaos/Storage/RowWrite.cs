using FunctionsIngest.Ledger;

namespace FunctionsIngest.Chaos.Storage;

/// <summary>An attempt to write a row.</summary>
/// <param name="Process">Who made it.</param>
/// <param name="StartedAt">When it was made, by the machine's monotonic clock.</param>
/// <param name="EndedAt">When it had ended.</param>
/// <param name="State">The state that was to be written.</param>
/// <param name="Finished">The handlers that were to be noted as finished.</param>
/// <param name="StorageStatus">What storage answered; null if it was not reached.</param>
/// <param name="IsTroubled">
/// Whether something went wrong on the way, on purpose or because the caller gave up waiting.
/// </param>
internal sealed record RowWrite(
    string Process, long StartedAt, long EndedAt, RowState State, IReadOnlyList<string> Finished, int? StorageStatus, bool IsTroubled)
{
    /// <summary>Whether storage has carried it out.</summary>
    public bool IsDone => StorageStatus is >= 200 and < 300;

    /// <summary>Whether it says that a handler has finished.</summary>
    public bool Notes(string handler) => State == RowState.Processed || Finished.Contains(handler);
}
