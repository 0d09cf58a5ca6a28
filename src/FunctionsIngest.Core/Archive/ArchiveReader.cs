using System.Runtime.CompilerServices;
using Azure.Messaging;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Bodies;
using FunctionsIngest.Ledger;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Archive;

/// <summary>Reads the archive. It knows the sources that have a folder in it, and no others.</summary>
internal sealed class ArchiveReader(StorageClients clients, LedgerTable rows)
{
    private const int ParallelReads = 16;
    private const int IdLength = 64;

    /// <summary>The sources that have events.</summary>
    public async Task<IReadOnlyList<string>> ListSourcesAsync(CancellationToken cancellationToken)
    {
        var sources = new List<string>();
        var folders = clients.Archive.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancellationToken);
        // Without a container nothing has been archived yet.
        await foreach (var item in folders.OrNoneIfContainerMissing(cancellationToken))
        {
            if (item.IsPrefix)
                sources.Add(item.Prefix.TrimEnd('/'));
        }

        return sources;
    }

    /// <summary>The events of some days, in order of neither time nor type.</summary>
    /// <param name="source">The source; null: all.</param>
    /// <param name="first">The first day.</param>
    /// <param name="last">The last day.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<(ArchivedName Name, DateTimeOffset ProcessedAt)> ListAsync(
        string? source, DateOnly first, DateOnly last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in source is null ? await ListSourcesAsync(cancellationToken) : [source])
        {
            for (var day = last; day >= first; day = day.AddDays(-1))
            {
                await foreach (var entry in ListAsync(ArchivedName.FolderOf(name, day), cancellationToken))
                    yield return entry;
            }
        }
    }

    /// <summary>Reads events, several at a time, and leaves out those that are gone or of another type.</summary>
    public async Task<IReadOnlyList<ArchivedEvent>> ReadAsync(IEnumerable<(ArchivedName Name, DateTimeOffset ProcessedAt)> entries, string? type, CancellationToken cancellationToken)
    {
        var events = new List<ArchivedEvent>();
        foreach (var some in entries.Chunk(ParallelReads))
        {
            var read = await Task.WhenAll(some.Select(entry => ReadAsync(entry.Name, entry.ProcessedAt, cancellationToken)));
            events.AddRange(read.OfType<ArchivedEvent>().Where(found => type is null || found.Event.Type == type));
        }

        return events;
    }

    /// <summary>Reads an event.</summary>
    /// <returns>The event; null if it is not there.</returns>
    /// <exception cref="InvalidDataException">What is there is no event.</exception>
    public async Task<ArchivedEvent?> ReadAsync(ArchivedName name, DateTimeOffset? processedAt, CancellationToken cancellationToken)
    {
        try
        {
            if (await EventDocument.ReadAsync<CloudEvent>(clients.Archive, name.ToString(), cancellationToken) is not var (document, _))
                return null;

            var archived = new ArchivedEvent(name, processedAt, document);
            return archived with
            {
                Bytes = archived.Payload is null ? document.Data?.ToMemory().Length ?? 0 : await EventDocument.LengthOfBodyAsync(clients.Archive, name.ToString(), cancellationToken),
            };
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{name}' in the archive is not an event: {exception.Message}", exception);
        }
    }

    /// <summary>An event's body.</summary>
    /// <returns>The body; null if it is gone from the archive.</returns>
    public async Task<BinaryData?> ReadBodyAsync(ArchivedEvent archived, CancellationToken cancellationToken)
        => archived.Payload is null
            ? archived.Event.Data ?? BinaryData.Empty
            : (await EventDocument.ReadBodyAsync(clients.Archive, archived.Name.ToString(), cancellationToken))?.Body;

    /// <summary>Finds one event by its id, the beginning of its id, or its name in the archive.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">The event's source; null: any.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<EventLookup<ArchivedName>> FindAsync(string text, string? source, CancellationToken cancellationToken)
    {
        if (ArchivedName.TryParse(text, out var parsed))
            return EventLookup<ArchivedName>.Of(parsed);
        if (text.Length < EventLookup<ArchivedName>.LeastLength)
            return EventLookup<ArchivedName>.TooShort;

        var sources = source is null ? await ListSourcesAsync(cancellationToken) : [source];

        // The row says on which day it was inserted, and so spares the search.
        if (text.Length >= IdLength)
        {
            foreach (var candidate in sources)
            {
                var key = new EventKey(candidate, text);
                if (await rows.FindAsync(key.PartitionKey, key.RowKey, cancellationToken) is { State: not RowState.Unreadable } row)
                    return EventLookup<ArchivedName>.Of(ArchivedName.Of(candidate, text, row.ReceivedAt));
            }
        }

        var found = new List<ArchivedName>();
        foreach (var candidate in sources)
        {
            await foreach (var (name, _) in ListAsync($"{candidate}/", cancellationToken))
            {
                if (name.Id == text)
                    return EventLookup<ArchivedName>.Of(name);
                if (name.Id.StartsWith(text, StringComparison.Ordinal) && !name.IsReplay)
                    found.Add(name);
            }
        }

        return EventLookup<ArchivedName>.Of(found);
    }

    private async IAsyncEnumerable<(ArchivedName Name, DateTimeOffset ProcessedAt)> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in clients.Archive.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (blob.Name.EndsWith(".json", StringComparison.Ordinal) && ArchivedName.TryParse(blob.Name, out var name))
                yield return (name, blob.Properties.CreatedOn ?? blob.Properties.LastModified ?? default);
        }
    }
}
