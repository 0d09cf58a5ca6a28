namespace FunctionsIngest.Model;

/// <summary>What the sweep does next.</summary>
internal enum SweepStep : byte
{
    Idle,
    CountQueue,
    CountPoisonQueue,
    ReadRow,
    RemoveRow,
    RemovePayloads,
    LookForPoisonBlob,
    RemovePoisonBody,
}
