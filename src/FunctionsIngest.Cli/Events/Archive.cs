using System.Runtime.CompilerServices;
using Azure;
using Azure.Messaging;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Processing;
using FunctionsIngest.Replay;

namespace FunctionsIngest.Cli.Events;

/// <summary>Reads the archive. It knows no source but those that have a folder in it.</summary>
internal sealed class Archive(AppStorage storage)
{
    private const int ParallelReads = 16;
    private const int LeastPrefix = 6;
    private const int IdLength = 64;

    /// <summary>The sources that have events.</summary>
    public async Task<IReadOnlyList<string>> ListSourcesAsync(CancellationToken cancellationToken)
    {
        var sources = new List<string>();
        try
        {
            await foreach (var item in storage.Clients.Archive.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancellationToken))
            {
                if (item.IsPrefix)
                    sources.Add(item.Prefix.TrimEnd('/'));
            }
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing has been archived yet.
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
    public async Task<ArchivedEvent?> ReadAsync(ArchivedName name, DateTimeOffset? processedAt, CancellationToken cancellationToken)
    {
        try
        {
            return await EventDocument.ReadAsync<CloudEvent>(storage.Clients.Archive, name.ToString(), cancellationToken) is var (document, _)
                ? new ArchivedEvent(name, processedAt, document)
                : null;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            throw new CommandException($"'{name}' in the archive is no event: {exception.Message}", ExitCode.No);
        }
    }

    /// <summary>An event's body.</summary>
    public async Task<BinaryData> ReadBodyAsync(ArchivedEvent archived, CancellationToken cancellationToken)
        => archived.Payload is null
            ? archived.Event.Data ?? BinaryData.Empty
            : (await EventDocument.ReadBodyAsync(storage.Clients.Archive, archived.Name.ToString(), cancellationToken))?.Body
                ?? throw new CommandException($"The body of '{archived.Name}' is gone from the archive.", ExitCode.No);

    /// <summary>Finds one event by its id, the beginning of its id, or its name in the archive.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public async Task<ArchivedEvent> FindAsync(string text, string? source, CancellationToken cancellationToken)
    {
        var name = ArchivedName.TryParse(text, out var parsed) ? parsed : await FindNameAsync(text, source, cancellationToken);
        return (name is null ? null : await ReadAsync(name, null, cancellationToken))
            ?? throw new CommandException($"The archive has no event '{text}'{(source is null ? "" : $" of {source}")}: 'ingest events list --since 7d' shows what it has.", ExitCode.No);
    }

    private async Task<ArchivedName?> FindNameAsync(string text, string? source, CancellationToken cancellationToken)
    {
        if (text.Length < LeastPrefix)
            throw new CommandException($"'{text}' is too short to find an event by: give at least {LeastPrefix} characters of its id.");

        var sources = source is null ? await ListSourcesAsync(cancellationToken) : [source];

        // The row says on which day it was inserted, and so spares the search.
        if (text.Length >= IdLength)
        {
            foreach (var candidate in sources)
            {
                var key = ReplayKey.FromEventId(candidate, text);
                if (await storage.Rows.FindAsync(key.PartitionKey, key.RowKey, cancellationToken) is { } row)
                    return new ArchivedName(candidate, DateOnly.FromDateTime(row.ReceivedAt.UtcDateTime), text);
            }
        }

        var found = new List<ArchivedName>();
        foreach (var candidate in sources)
        {
            await foreach (var (name, _) in ListAsync($"{candidate}/", cancellationToken))
            {
                if (name.Id == text)
                    return name;
                if (name.Id.StartsWith(text, StringComparison.Ordinal) && !name.IsReplay)
                    found.Add(name);
            }
        }

        return found.Count <= 1
            ? found.SingleOrDefault()
            : throw new CommandException($"{found.Count} events begin with '{text}', among them {found[0]} and {found[1]}: give more of the id.");
    }

    private async IAsyncEnumerable<(ArchivedName Name, DateTimeOffset ProcessedAt)> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var blob in storage.Clients.Archive.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (blob.Name.EndsWith(".json", StringComparison.Ordinal) && ArchivedName.TryParse(blob.Name, out var name))
                yield return (name, blob.Properties.CreatedOn ?? blob.Properties.LastModified ?? default);
        }
    }
}
