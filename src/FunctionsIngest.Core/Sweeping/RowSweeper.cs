using System.Globalization;
using Azure;
using Azure.Data.Tables;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Sweeping;

/// <summary>
/// Removes expired rows. Each source has its turn within a thirtieth of its retention: one sweep takes so many of its
/// 256 parts, from where the last one ended.
/// </summary>
internal sealed partial class RowSweeper(
    StorageClients clients,
    SweepBookmark bookmark,
    EventQueue queue,
    SourceCatalogue catalogue,
    IngestMetrics metrics,
    TimeProvider time,
    ILogger<RowSweeper> logger)
{
    private const int MaxBatch = 100;

    // Sweeps are hourly.
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan MostRound = TimeSpan.FromDays(6);

    /// <summary>How many parts of a source one sweep takes.</summary>
    public static int PartsPerSweep(TimeSpan retention)
    {
        var round = TimeSpan.FromTicks(Math.Clamp((retention / 30).Ticks, Interval.Ticks, MostRound.Ticks));
        return (int)Math.Ceiling(SweepBookmark.Parts / (round / Interval));
    }

    /// <summary>Sweeps.</summary>
    /// <returns>How many rows were removed.</returns>
    public async Task<int> SweepAsync(SweepAllowance allowance, CancellationToken stopping)
    {
        var isIdle = await queue.AreEmptyAsync(stopping);
        var sources = catalogue.All.OrderBy(source => source.Name, StringComparer.Ordinal).ToList();
        // Where there is more to do than one sweep may, it is not always the same source that comes last.
        var first = (int)(time.GetUtcNow().ToUnixTimeSeconds() / (long)Interval.TotalSeconds % Math.Max(1, sources.Count));
        var removed = 0;
        foreach (var source in sources.Skip(first).Concat(sources.Take(first)))
            removed += await SweepAsync(source, isIdle, allowance, stopping);
        return removed;
    }

    private async Task<int> SweepAsync(Source source, bool isIdle, SweepAllowance allowance, CancellationToken stopping)
    {
        if (allowance.IsUsedUp)
            return 0;

        var removed = 0;
        var done = 0;
        var first = await bookmark.ReadPartAsync(source.Name, stopping);
        try
        {
            for (var left = PartsPerSweep(source.Retention); left > 0 && !allowance.IsUsedUp; left--)
            {
                var (gone, isWhole) = await SweepPartAsync(source, (first + done) % SweepBookmark.Parts, isIdle, allowance, stopping);
                removed += gone;
                // The next sweep begins with the rest of the part. Where nothing but rows that stay was found, it does
                // not, or it would never come past them.
                if (!isWhole && gone > 0)
                    break;
                done++;
            }
        }
        finally
        {
            if (done > 0)
                await bookmark.WritePartAsync(source.Name, (first + done) % SweepBookmark.Parts, CancellationToken.None);
        }

        return removed;
    }

    private async Task<(int Removed, bool IsWhole)> SweepPartAsync(Source source, int part, bool isIdle, SweepAllowance allowance, CancellationToken stopping)
    {
        var cutoff = time.GetUtcNow() - source.Retention;
        var filter = string.Create(
            CultureInfo.InvariantCulture,
            $"PartitionKey eq '{SweepBookmark.PartitionOf(source.Name, part)}' and Timestamp lt datetime'{cutoff.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}'");
        var (removed, unreadable, isWhole) = (0, 0, true);
        try
        {
            await foreach (var page in clients.Rows.QueryAsync<TableEntity>(filter, cancellationToken: stopping).AsPages().WithCancellation(stopping))
            {
                allowance.Call();
                var expired = new List<TableEntity>();
                foreach (var entity in page.Values)
                {
                    var row = LedgerRow.FromEntity(entity);
                    if (row.State == RowState.Unreadable)
                        unreadable++;
                    // The message of an unfinished row may still wait on the queue, and its payload needs the row for
                    // an owner.
                    else if (isIdle || row.IsFinal)
                        expired.Add(entity);
                }

                foreach (var batch in expired.Chunk(MaxBatch))
                {
                    allowance.Call();
                    removed += await RemoveAsync(batch, stopping);
                }

                isWhole = page.ContinuationToken is null;
                if (allowance.IsUsedUp)
                    break;
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // No table: no webhook has arrived yet.
        }

        for (var i = 0; i < unreadable; i++)
            metrics.UnreadableRow(source.Name);
        if (unreadable > 0)
            Log.Unreadable(logger, source.Name, unreadable);
        return (removed, isWhole);
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Rows} expired rows stay until a later sweep: one of them has just been changed.")]
        public static partial void BatchChanged(ILogger logger, int rows);

        [LoggerMessage(2, LogLevel.Warning, "{Rows} old rows of {Source} are in a form that this version does not know, and stay.")]
        public static partial void Unreadable(ILogger logger, string source, int rows);
    }
}
