namespace FunctionsIngest.Model;

/// <summary>What a single step can do wrong, seen by an onlooker who forgets nothing.</summary>
internal enum Flaw : byte
{
    None,
    HandlerRanTwice,
    ProcessedUnhandled,
    ProcessedUndone,
    RanAfterDeaths,
    GivenUpUnrun,
    OutlivedUnended,
}
