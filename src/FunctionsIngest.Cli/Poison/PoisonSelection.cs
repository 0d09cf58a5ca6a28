using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;

namespace FunctionsIngest.Cli.Poison;

/// <summary>Which poisoned events a command is about.</summary>
/// <param name="Source">Those of this source; null: of all.</param>
/// <param name="Before">Those that were given up before then; null: at any time.</param>
internal sealed record PoisonSelection(string? Source, DateTimeOffset? Before)
{
    private const int LeastPrefix = 6;

    /// <summary>Reads the events, in order of name.</summary>
    public async IAsyncEnumerable<PoisonedEvent> ReadAsync(AppStorage storage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in NamesAsync(storage, cancellationToken))
        {
            if (await storage.Poison.ReadAsync(name, cancellationToken) is var (document, etag) && !(document.PoisonedAt >= Before))
                yield return new PoisonedEvent(name, document, etag);
        }
    }

    /// <summary>Finds an event by its name, its id, or the beginning of its id.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public static async Task<string> FindNameAsync(AppStorage storage, string text, CancellationToken cancellationToken)
    {
        if (text.Length < LeastPrefix)
            throw new CommandException($"'{text}' is too short to find an event by: give at least {LeastPrefix} characters of its id.");

        var found = new List<string>();
        await foreach (var name in new PoisonSelection(null, null).NamesAsync(storage, cancellationToken))
        {
            var id = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (name == text || id == text)
                return name;
            if (id.StartsWith(text, StringComparison.Ordinal) || name.StartsWith(text, StringComparison.Ordinal))
                found.Add(name);
        }

        return found switch
        {
            [var only] => only,
            [] => throw new CommandException($"There is no poisoned event '{text}': 'ingest poison list' shows those that there are.", ExitCode.No),
            _ => throw new CommandException($"{found.Count} poisoned events begin with '{text}', among them {found[0]} and {found[1]}: give more of the id."),
        };
    }

    private async IAsyncEnumerable<string> NamesAsync(AppStorage storage, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var names = storage.Poison.ListAsync(Source, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await names.MoveNextAsync())
                    yield break;
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // Nothing has been given up yet.
                yield break;
            }

            yield return names.Current;
        }
    }
}
