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
                await store.TryDeleteAsync(name, etag, cancellationToken);
                return RedriveResult.AlreadyProcessed;
            }

            var redriven = kept with
            {
                Body = kept.Body ?? await store.ReadBodyAsync(name, cancellationToken)
                    ?? throw new InvalidDataException($"The poison document '{name}' has lost the blob of its body."),
                Payload = null,
                Delivery = Envelope.NewDelivery(),
                Attempt = 1,
                Redrive = Math.Max(kept.Redrive, row?.Redrive ?? 0) + 1,
            };
            await queue.SendAsync(redriven, TimeSpan.Zero, cancellationToken);
            metrics.Redriven(redriven.Source);
        }

        await store.TryDeleteAsync(name, etag, cancellationToken);
        return RedriveResult.Sent;
    }
}
