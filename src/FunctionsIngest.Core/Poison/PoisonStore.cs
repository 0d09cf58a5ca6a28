using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Bodies;
using FunctionsIngest.Queueing;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Poison;

/// <summary>
/// Events that were given up, in Blob storage, where they do not expire. An event is <c>{source}/{id}.json</c>, with a
/// body that its message could not hold beside it. A message that could not be read is
/// <c>unreadable/{SHA-256}.json</c>.
/// </summary>
internal sealed class PoisonStore(StorageClients clients, TimeProvider time)
{
    /// <summary>The folder of messages that could not be read; no source has this name.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The document of an event, without <c>.json</c>.</summary>
    public static string NameOf(Envelope envelope) => $"{envelope.Source}/{envelope.EventId}";

    /// <summary>Keeps an event.</summary>
    /// <param name="envelope">The message that was given up.</param>
    /// <param name="body">
    /// The event's body; null if it is lost. The event then still names its blob, and a redrive looks there again. It
    /// looks beside the document first, because another giving up may have left the body there.
    /// </param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task KeepAsync(Envelope envelope, BinaryData? body, string reason, CancellationToken cancellationToken)
    {
        var name = NameOf(envelope);
        // A body that its message could not hold is never inside. A later document without the body leaves what is
        // beside it.
        var isInline = body is not null && envelope.Payload is null && EventDocument.IsInline(body);
        var kept = body switch
        {
            null => envelope,
            _ when isInline => envelope with { Body = body },
            _ => envelope with { Body = null, Payload = EventDocument.BodyNameOf(name) },
        };
        var document = new PoisonDocument { Reason = reason, PoisonedAt = time.GetUtcNow(), Event = kept.ToCloudEvent() };
        return EventDocument.WriteAsync(clients.Poison, name, document, isInline ? null : body, cancellationToken);
    }

    /// <summary>Keeps a message that could not be read; the same message twice is one document.</summary>
    public Task KeepUnreadableAsync(BinaryData message, string problem, CancellationToken cancellationToken)
    {
        var name = $"{Unreadable}/{Convert.ToHexStringLower(SHA256.HashData(message))}";
        var document = new PoisonDocument { Reason = problem, PoisonedAt = time.GetUtcNow(), Message = message.ToArray() };
        return EventDocument.WriteAsync(clients.Poison, name, document, beside: null, cancellationToken);
    }

    /// <summary>Reads a document.</summary>
    /// <param name="name">Its name without <c>.json</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The document and its ETag; null if it is not there. In the place of one that this version cannot read: one that
    /// says so.
    /// </returns>
    public async Task<(PoisonDocument Document, ETag ETag)?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await EventDocument.ReadAsync<PoisonDocument>(clients.Poison, name, cancellationToken);
        }
        // The reader of events reports what it does not like by several exceptions.
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            // Its own time is not known. As if it were new, nothing that removes old documents removes it.
            var unreadable = new PoisonDocument { Reason = $"The document cannot be read: {exception.GetType().Name}.", PoisonedAt = time.GetUtcNow(), IsUnreadable = true };
            return (unreadable, default);
        }
    }

    /// <summary>Reads what was given up, with the length of its body.</summary>
    /// <param name="name">Its name without <c>.json</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null if it is not there.</returns>
    public async Task<PoisonedEvent?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (await ReadAsync(name, cancellationToken) is not var (document, etag))
            return null;

        var poisoned = new PoisonedEvent(name, document, etag);
        return poisoned with
        {
            Bytes = poisoned.IsBodyBeside ? await EventDocument.LengthOfBodyAsync(clients.Poison, name, cancellationToken)
                : document.Event is null ? document.Message?.Length ?? 0
                : document.Event.Data?.ToMemory().Length ?? 0,
        };
    }

    /// <summary>Reads a body beside its document.</summary>
    public Task<(BinaryData Body, ETag ETag)?> ReadBodyAsync(string name, CancellationToken cancellationToken)
        => EventDocument.ReadBodyAsync(clients.Poison, name, cancellationToken);

    /// <summary>The body of an event that was given up, or the message that could not be read.</summary>
    /// <returns>The body; null if it is lost.</returns>
    public async Task<BinaryData?> ReadBodyAsync(PoisonedEvent poisoned, CancellationToken cancellationToken)
    {
        if (poisoned.Document.Event is not { } poison)
            return BinaryData.FromBytes(poisoned.Document.Message ?? []);

        return poisoned.IsBodyBeside
            ? (await ReadBodyAsync(poisoned.Name, cancellationToken))?.Body
            : poison.Data ?? BinaryData.Empty;
    }

    /// <summary>Removes a document and its body, each if it is unchanged since it was read.</summary>
    /// <param name="name">Its name without <c>.json</c>.</param>
    /// <param name="etag">The version of the document; <see cref="ETag.All"/>: whichever is there.</param>
    /// <param name="bodyETag">The version of the body; <see cref="ETag.All"/>: whichever is there; null: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if it is gone or was changed.</returns>
    public Task<bool> TryDeleteAsync(string name, ETag etag, ETag? bodyETag, CancellationToken cancellationToken)
        => EventDocument.TryDeleteAsync(clients.Poison, name, etag, bodyETag, cancellationToken);

    /// <summary>Removes the document of an event that was processed after all, and its body.</summary>
    public Task ForgetAsync(Envelope envelope, CancellationToken cancellationToken) => TryDeleteAsync(NameOf(envelope), ETag.All, ETag.All, cancellationToken);

    /// <summary>Whether a blob is a body whose document is gone: its remover died between the two.</summary>
    public async Task<bool> IsOwnerlessBodyAsync(string blob, CancellationToken cancellationToken)
        => EventDocument.DocumentNameOf(blob) is { } document && !await clients.Poison.GetBlobClient(document).ExistsAsync(cancellationToken);

    /// <summary>The names of all documents, of one source or of all, in order of name.</summary>
    public async IAsyncEnumerable<string> ListAsync(string? source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string Suffix = ".json";
        var prefix = source is null ? null : $"{source}/";
        await foreach (var blob in clients.Poison.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if (blob.Name.EndsWith(Suffix, StringComparison.Ordinal))
                yield return blob.Name[..^Suffix.Length];
        }
    }
}
