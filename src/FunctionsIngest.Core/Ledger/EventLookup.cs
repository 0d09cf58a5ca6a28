namespace FunctionsIngest.Ledger;

/// <summary>What came of looking for an event by its id, or by the beginning of its id.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Matches">The events that match: one if it was found, several if the text is ambiguous.</param>
internal sealed record EventLookup<T>(LookupOutcome Outcome, IReadOnlyList<T> Matches)
    where T : class
{
    /// <summary>The fewest characters of an id that are looked for.</summary>
    public const int LeastLength = 6;

    /// <summary>The event, if there is one.</summary>
    public T? Found => Outcome == LookupOutcome.Found ? Matches[0] : null;

    /// <summary>The text is too short to look for.</summary>
    public static EventLookup<T> TooShort { get; } = new(LookupOutcome.TooShort, []);

    /// <summary>The outcome of a whole search.</summary>
    public static EventLookup<T> Of(params IReadOnlyList<T> matches) => new(
        matches.Count switch
        {
            0 => LookupOutcome.Missing,
            1 => LookupOutcome.Found,
            _ => LookupOutcome.Ambiguous,
        },
        matches);
}
