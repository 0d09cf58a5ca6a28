using System.Runtime.CompilerServices;
using FunctionsIngest.Ledger;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Poison;

/// <summary>Some of the events that were given up.</summary>
/// <param name="Source">Those of this source; null: of all.</param>
/// <param name="Before">Those that were given up before then; null: at any time.</param>
internal sealed record PoisonSelection(string? Source, DateTimeOffset? Before)
{
    /// <summary>Reads the events, in order of name.</summary>
    public async IAsyncEnumerable<PoisonedEvent> ReadAsync(PoisonStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in NamesAsync(store, cancellationToken))
        {
            if (await store.FindAsync(name, cancellationToken) is { } poisoned && !(poisoned.Document.PoisonedAt >= Before))
                yield return poisoned;
        }
    }

    /// <summary>Finds the name of an event by that name, by its id, or by the beginning of its id.</summary>
    public static async Task<EventLookup<string>> FindAsync(PoisonStore store, string text, CancellationToken cancellationToken)
    {
        if (text.Length < EventLookup<string>.LeastLength)
            return EventLookup<string>.TooShort;

        var found = new List<string>();
        await foreach (var name in new PoisonSelection(null, null).NamesAsync(store, cancellationToken))
        {
            var id = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (name == text || id == text)
                return EventLookup<string>.Of(name);
            if (id.StartsWith(text, StringComparison.Ordinal) || name.StartsWith(text, StringComparison.Ordinal))
                found.Add(name);
        }

        return EventLookup<string>.Of(found);
    }

    // Without a container nothing has been given up yet.
    private IAsyncEnumerable<string> NamesAsync(PoisonStore store, CancellationToken cancellationToken)
        => store.ListAsync(Source, cancellationToken).OrNoneIfContainerMissing(cancellationToken);
}
