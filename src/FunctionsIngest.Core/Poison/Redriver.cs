using Azure;
using FunctionsIngest.Bodies;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;

namespace FunctionsIngest.Poison;

/// <summary>
/// Puts given-up events on the queue again. Killed at any point it loses none: the document goes only after the message
/// is sent.
/// </summary>
internal sealed class Redriver(PoisonStore store, PayloadStore payloads, LedgerTable table, EventQueue queue, TimeProvider time)
{
    /// <summary>Redrives one document.</summary>
    /// <param name="name">Its name in the poison container, without <c>.json</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RedriveResult> RedriveAsync(string name, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(name, cancellationToken) is not { } found)
            return RedriveResult.Missing;

        var (document, etag) = found;
        if (document.IsUnreadable)
            return RedriveResult.Unreadable;
        if (document.Event is null)
        {
            await queue.SendAsync(BinaryData.FromBytes(document.Message ?? []), cancellationToken);
            await store.TryDeleteAsync(name, etag, bodyETag: null, cancellationToken);
            return RedriveResult.Sent;
        }

        if (Envelope.FromCloudEvent(document.Event) is not { } kept)
            return RedriveResult.Unreadable;

        // The body before the row: a writer of a newer body has taken the row by then, and this redrive must count past
        // it.
        var (body, bodyETag) = await LoadBodyAsync(name, kept, cancellationToken);
        var row = await table.FindAsync(kept.PartitionKey, kept.RowKey, cancellationToken);
        if (row is { State: RowState.Processed })
        {
            await store.TryDeleteAsync(name, etag, bodyETag, cancellationToken);
            return RedriveResult.AlreadyProcessed;
        }

        if (row is { State: RowState.Unreadable })
            return RedriveResult.Unreadable;

        // A redrive without its body would take over from a message that may still have it.
        if (body is null)
            return RedriveResult.BodyLost;

        var redriven = kept with
        {
            Body = body,
            Payload = null,
            Delivery = Envelope.NewDelivery(),
            SentAt = time.GetUtcNow(),
            StorageFailures = 0,
            Attempt = 1,
            Redrive = Math.Max(kept.Redrive, row?.Redrive ?? 0) + 1,
        };
        await queue.SendAsync(redriven, TimeSpan.Zero, cancellationToken);
        await store.TryDeleteAsync(name, etag, bodyETag, cancellationToken);
        return RedriveResult.Sent;
    }

    /// <returns>The body, null if it is lost; and its ETag if it is beside the document.</returns>
    private async Task<(BinaryData? Body, ETag? ETag)> LoadBodyAsync(string name, Envelope kept, CancellationToken cancellationToken)
    {
        if (kept.Payload is null)
            return (kept.Body, null);
        // A document that says that its body is lost may have been written over one that had it.
        if (await store.ReadBodyAsync(name, cancellationToken) is var (body, etag))
            return (body, etag);
        return (kept.Payload == EventDocument.BodyNameOf(name) ? null : await payloads.DownloadAsync(kept.Payload, cancellationToken), null);
    }
}
