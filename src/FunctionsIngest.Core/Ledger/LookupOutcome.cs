namespace FunctionsIngest.Ledger;

/// <summary>What came of looking for an event by its id, or by the beginning of its id.</summary>
internal enum LookupOutcome
{
    /// <summary>There is one.</summary>
    Found,

    /// <summary>The text is shorter than <see cref="EventLookup{T}.LeastLength"/>.</summary>
    TooShort,

    /// <summary>There is none.</summary>
    Missing,

    /// <summary>The ids of several events begin with the text.</summary>
    Ambiguous,
}
