using Azure;
using FunctionsIngest.Queueing;
using FunctionsIngest.Replay;
using FunctionsIngest.Telemetry;

namespace FunctionsIngest.Processing;

/// <summary>Puts given-up events on the queue again. Killed at any point it loses none: the document goes only after the message is sent.</summary>
internal sealed class Redriver(PoisonStore store, ReplayTable table, EventQueue queue, IngestMetrics metrics)
{
    /// <summary>Redrives one document.</summary>
    /// <param name="name">Its name in the poison container, without <c>.json</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RedriveResult> RedriveAsync(string name, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(name, cancellationToken) is not { } found)
            return RedriveResult.Missing;

        var (document, etag) = found;
        (BinaryData Body, ETag ETag)? beside = null;
        if (document.Event is null)
        {
            await queue.SendAsync(BinaryData.FromBytes(document.Message ?? []), cancellationToken);
            metrics.Redriven(IngestMetrics.Unreadable);
        }
        else
        {
            var kept = Envelope.FromCloudEvent(document.Event)
                ?? throw new InvalidDataException($"The poison document '{name}' holds an event of a version that this app does not know.");
            var row = await table.FindAsync(kept.PartitionKey, kept.RowKey, cancellationToken);
            if (row is { State: RowState.Processed })
            {
                await store.TryDeleteAsync(name, etag, bodyETag: null, cancellationToken);
                return RedriveResult.AlreadyProcessed;
            }

            if (kept.Payload == EventDocument.BodyNameOf(name))
                beside = await store.ReadBodyAsync(name, cancellationToken);
            var redriven = kept with
            {
                Body = beside?.Body ?? kept.Body,
                Payload = beside is null ? kept.Payload : null,
                Delivery = Envelope.NewDelivery(),
                Attempt = 1,
                Redrive = Math.Max(kept.Redrive, row?.Redrive ?? 0) + 1,
            };
            await queue.SendAsync(redriven, TimeSpan.Zero, cancellationToken);
            metrics.Redriven(redriven.Source);
        }

        await store.TryDeleteAsync(name, etag, beside?.ETag, cancellationToken);
        return RedriveResult.Sent;
    }
}
