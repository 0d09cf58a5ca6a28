using System.Globalization;
using Azure;
using Azure.Data.Tables;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Processing;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Sweeping;

/// <summary>
/// What the hourly timer does: drains the poison queue, removes expired rows, and removes bodies that no row or
/// document owns. One sweep takes the next 11 of the table's 256 parts, so that a day covers all of them. It goes on
/// where the last one ended.
/// </summary>
internal sealed partial class Sweeper(
    StorageClients clients,
    LedgerTable table,
    SweepBookmark bookmark,
    PoisonKeeper poison,
    PoisonStore store,
    SourceCatalogue catalogue,
    IOptions<SourcesOptions> options,
    TimeProvider time,
    ILogger<Sweeper> logger)
{
    private const int PartsPerSweep = 11;
    private const int MaxBatch = 100;
    private const int MaxPoisonPerSweep = 10_000;

    // Longer than any upload may take, so that no blob is looked at whose message is still being sent.
    private static readonly TimeSpan BodyGrace = TimeSpan.FromDays(1);

    /// <summary>Sweeps. Stopped at any point it has done whole pieces of work; the next sweep does the rest.</summary>
    public async Task SweepAsync(CancellationToken stopping)
    {
        var poisoned = await DrainPoisonQueueAsync(stopping);
        var rows = await RemoveExpiredRowsAsync(stopping);
        var writtenBefore = time.GetUtcNow() - BodyGrace;
        var payloads = await clients.Payloads.RemoveOwnerlessAsync(writtenBefore, payload => IsOwnerlessAsync(payload, stopping), stopping);
        var bodies = await store.RemoveOwnerlessBodiesAsync(writtenBefore, stopping);
        Log.Swept(logger, rows, payloads + bodies, poisoned);
    }

    private async Task<int> DrainPoisonQueueAsync(CancellationToken stopping)
    {
        var drained = 0;
        try
        {
            while (drained < MaxPoisonPerSweep)
            {
                var messages = (await clients.PoisonQueue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), stopping)).Value;
                if (messages.Length == 0)
                    break;

                foreach (var message in messages)
                {
                    await poison.KeepAsync(message.Body, stopping);
                    await clients.PoisonQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stopping);
                    drained++;
                }
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // No poison queue: the host has given up no message yet. Or the trigger was faster with this one.
        }

        return drained;
    }

    private async Task<int> RemoveExpiredRowsAsync(CancellationToken stopping)
    {
        var cutoff = time.GetUtcNow() - options.Value.Retention;
        var isIdle = await AreQueuesEmptyAsync(stopping);
        var first = await bookmark.ReadAsync(stopping);
        var removed = 0;
        for (var i = 0; i < PartsPerSweep; i++)
        {
            var part = (first + i) % SweepBookmark.Parts;
            foreach (var source in catalogue.All)
                removed += await RemoveExpiredRowsAsync(SweepBookmark.PartitionOf(source.Name, part), cutoff, isIdle, stopping);
            await bookmark.WriteAsync((part + 1) % SweepBookmark.Parts, stopping);
        }

        return removed;
    }

    private async Task<int> RemoveExpiredRowsAsync(string partition, DateTimeOffset cutoff, bool isIdle, CancellationToken stopping)
    {
        var removed = 0;
        var filter = string.Create(
            CultureInfo.InvariantCulture, $"PartitionKey eq '{partition}' and Timestamp lt datetime'{cutoff.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}'");
        try
        {
            await foreach (var page in clients.Rows.QueryAsync<TableEntity>(filter, cancellationToken: stopping).AsPages().WithCancellation(stopping))
            {
                // The message of an unfinished row may still wait on the queue, and its payload needs the row for an
                // owner.
                var expired = page.Values.Where(entity => isIdle || LedgerRow.FromEntity(entity).IsFinal);
                foreach (var batch in expired.Chunk(MaxBatch))
                    removed += await RemoveAsync(batch, stopping);
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // No table: no webhook has arrived yet.
        }

        return removed;
    }

    private async Task<int> RemoveAsync(TableEntity[] rows, CancellationToken stopping)
    {
        try
        {
            await clients.Rows.SubmitTransactionAsync(
                rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, row.ETag)), stopping);
            return rows.Length;
        }
        catch (TableTransactionFailedException exception) when (exception.IsMissingOrChanged())
        {
            // One of them has just been changed: it stays until a later sweep, and so do the others of this batch.
            Log.BatchChanged(logger, rows.Length);
            return 0;
        }
    }

    /// <summary>
    /// A payload is needed while its row is unfinished. If the row has expired, or is poisoned and the message is a
    /// redrive, the payload is needed while its message may still be on a queue.
    /// </summary>
    private async Task<bool> IsOwnerlessAsync(string payload, CancellationToken stopping)
    {
        if (payload.Split('/') is not [var partitionKey, var rowKey, _])
            return false;

        var row = await table.FindAsync(partitionKey, rowKey, stopping);
        return row is { State: RowState.Processed } || (row?.IsFinal != false && await AreQueuesEmptyAsync(stopping));
    }

    /// <summary>
    /// The service's count includes invisible messages and is never lower than the truth, so zero is zero.
    /// </summary>
    private async Task<bool> AreQueuesEmptyAsync(CancellationToken stopping)
    {
        foreach (var queue in new[] { clients.Events, clients.PoisonQueue })
        {
            // A queue that does not exist is empty.
            if ((await queue.GetPropertiesAsync(stopping).OrNullIfMissingAsync())?.ApproximateMessagesCountLong > 0)
                return false;
        }

        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Swept: {Rows} expired rows and {Bodies} ownerless bodies removed, {Poisoned} messages of the poison queue kept.")]
        public static partial void Swept(ILogger logger, int rows, int bodies, int poisoned);

        [LoggerMessage(2, LogLevel.Information, "{Rows} expired rows stay until a later sweep: one of them has just been changed.")]
        public static partial void BatchChanged(ILogger logger, int rows);
    }
}
