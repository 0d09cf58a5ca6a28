namespace FunctionsIngest.Model;

/// <summary>The states of a row, and that there is none.</summary>
internal enum RowState : byte
{
    Missing,
    Received,
    HandedOver,
    Processing,
    Processed,
    Poisoned,
    Unreadable,
}
