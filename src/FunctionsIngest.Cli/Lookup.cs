using FunctionsIngest.Ledger;

namespace FunctionsIngest.Cli;

/// <summary>Says why an event that the user named was not found.</summary>
internal static class Lookup
{
    /// <summary>The event that was found.</summary>
    /// <param name="lookup">What came of looking for it.</param>
    /// <param name="text">What the user named it by.</param>
    /// <param name="kind">What it is called: <c>event</c>, <c>poisoned event</c>.</param>
    /// <param name="missing">What to say where there is none.</param>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public static T Require<T>(this EventLookup<T> lookup, string text, string kind, string missing)
        where T : class
        => lookup.Outcome switch
        {
            LookupOutcome.Found => lookup.Matches[0],
            LookupOutcome.TooShort => throw new CommandException($"'{text}' is too short to find an event by: give at least {EventLookup<T>.LeastLength} characters of its id."),
            LookupOutcome.Missing => throw new CommandException(missing, ExitCode.No),
            _ => throw new CommandException($"{lookup.Matches.Count} {kind}s begin with '{text}', among them {lookup.Matches[0]} and {lookup.Matches[1]}: give more of the id."),
        };
}
