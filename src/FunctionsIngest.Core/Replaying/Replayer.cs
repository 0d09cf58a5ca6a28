using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Archive;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Replaying;

/// <summary>
/// Puts archived events through the handlers again, as new events <c>{id}~{n}</c>. The number is taken by a conditional
/// write to the archived event, which outlives the rows, so that no number is given out twice. Then everything goes as
/// the receiver does it: the row is inserted as <c>Received</c>, the message is sent, the row becomes
/// <c>HandedOver</c>. A command that dies before the insert leaves a gap in the numbers. One that dies after it leaves
/// a row that is <c>Received</c>, which the next command for the same event finishes by sending again. The processor
/// runs a row's event once, however many messages it has.
/// </summary>
internal sealed class Replayer(StorageClients clients, ArchiveReader archive, LedgerTable rows, EventQueue queue, TimeProvider time)
{
    private const string Counter = "replays";

    /// <summary>Replays an event.</summary>
    public async Task<Replay> ReplayAsync(ArchivedEvent original, CancellationToken cancellationToken)
    {
        if (original.Name.IsReplay)
            return new Replay(ReplayOutcome.IsReplay, null);
        if (await archive.ReadBodyAsync(original, cancellationToken) is not { } body)
            return new Replay(ReplayOutcome.BodyGone, null);

        var document = clients.Archive.GetBlobClient($"{original.Name}.json");
        while (true)
        {
            var (last, etag) = await ReadCounterAsync(document, cancellationToken);
            if (last > 0 && await FindRowAsync(original, last, cancellationToken) is { State: RowState.Received } begun)
            {
                await SendAsync(original, last, body, begun, cancellationToken);
                return new Replay(ReplayOutcome.Resumed, KeyOf(original, last).EventId);
            }

            var next = last + 1;
            if (!await TryCountAsync(document, next, etag, cancellationToken))
                continue;

            var row = LedgerRow.For(KeyOf(original, next), time.GetUtcNow());
            if (!await rows.TryInsertAsync(row, cancellationToken))
                continue;

            await SendAsync(original, next, body, row, cancellationToken);
            return new Replay(ReplayOutcome.Sent, KeyOf(original, next).EventId);
        }
    }

    private async Task SendAsync(ArchivedEvent original, int number, BinaryData body, LedgerRow row, CancellationToken cancellationToken)
    {
        var envelope = Envelope.For(KeyOf(original, number), original.Event.Type, row.ReceivedAt) with
        {
            ContentType = original.Event.DataContentType,
            SentAt = time.GetUtcNow(),
            Provenance = Provenance.ReadFrom(original.Event),
            ReplayOf = original.Event.Id,
            Body = body,
        };
        await queue.SendAsync(envelope, TimeSpan.Zero, cancellationToken);

        // A processor that was faster has written a later state, and that one stays.
        await rows.TryUpdateAsync(row with { State = RowState.HandedOver }, cancellationToken);
    }

    private Task<LedgerRow?> FindRowAsync(ArchivedEvent original, int number, CancellationToken cancellationToken)
    {
        var key = KeyOf(original, number);
        return rows.FindAsync(key.PartitionKey, key.RowKey, cancellationToken);
    }

    private static async Task<(int Last, ETag ETag)> ReadCounterAsync(BlobClient document, CancellationToken cancellationToken)
    {
        var properties = (await document.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
        return (int.TryParse(properties.Metadata.TryGetValue(Counter, out var text) ? text : null, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0, properties.ETag);
    }

    /// <returns>False if another command was faster.</returns>
    private static async Task<bool> TryCountAsync(BlobClient document, int number, ETag etag, CancellationToken cancellationToken)
    {
        try
        {
            var metadata = new Dictionary<string, string> { [Counter] = number.ToString(CultureInfo.InvariantCulture) };
            await document.SetMetadataAsync(metadata, new BlobRequestConditions { IfMatch = etag }, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsChanged())
        {
            return false;
        }
    }

    // The row's keys follow from the event's id, as those of a webhook's own do: the sweep finds it in the same
    // partition.
    private static EventKey KeyOf(ArchivedEvent original, int number)
        => new EventKey(original.Name.Source, string.Create(CultureInfo.InvariantCulture, $"{original.Event.Id}{EventKey.ReplayMark}{number}"));
}
