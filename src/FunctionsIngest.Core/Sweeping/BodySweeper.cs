using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Queueing;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Sweeping;

/// <summary>
/// Removes bodies that nothing owns: payloads by the state of their row, and bodies in poison without their document.
/// It goes through a container page by page, from where the last sweep ended.
/// </summary>
internal sealed class BodySweeper(
    StorageClients clients, LedgerTable table, SweepBookmark bookmark, PoisonStore poison, EventQueue queue, SweepLimits limits, TimeProvider time)
{
    private const int ParallelBlobs = 8;

    // Longer than any upload may take, so that no blob is looked at whose message is still being sent.
    private static readonly TimeSpan Grace = TimeSpan.FromDays(1);

    /// <summary>Removes payloads that are needed no more.</summary>
    /// <returns>How many.</returns>
    public Task<int> SweepPayloadsAsync(SweepAllowance allowance, CancellationToken stopping)
        => SweepAsync(clients.Payloads, SweepBookmark.Payloads, allowance, LookAtPayloadsAsync, stopping);

    /// <summary>Removes bodies in poison whose document is gone.</summary>
    /// <returns>How many.</returns>
    public Task<int> SweepPoisonAsync(SweepAllowance allowance, CancellationToken stopping)
        => SweepAsync(
            clients.Poison,
            SweepBookmark.PoisonBodies,
            allowance,
            _ => Task.FromResult<Func<string, Task<bool>>>(blob => poison.IsOwnerlessBodyAsync(blob, stopping)),
            stopping);

    /// <summary>
    /// A payload is needed while its row is unfinished, or unreadable. If the row has expired, or is poisoned and the
    /// message is a redrive, the payload is needed while its message may still be on a queue. The queues are counted
    /// before the rows are read, once for all payloads of a page.
    /// </summary>
    private async Task<Func<string, Task<bool>>> LookAtPayloadsAsync(CancellationToken stopping)
    {
        var isIdle = await queue.AreEmptyAsync(stopping);
        return async payload =>
        {
            if (payload.Split('/') is not [var partitionKey, var rowKey, _])
                return false;

            var row = await table.FindAsync(partitionKey, rowKey, stopping);
            return row is { State: RowState.Processed } || (isIdle && row?.IsFinal != false);
        };
    }

    private async Task<int> SweepAsync(
        BlobContainerClient container,
        string name,
        SweepAllowance allowance,
        Func<CancellationToken, Task<Func<string, Task<bool>>>> lookAtPage,
        CancellationToken stopping)
    {
        var writtenBefore = time.GetUtcNow() - Grace;
        var removed = 0;
        var begun = await bookmark.ReadPageAsync(name, stopping);
        try
        {
            await foreach (var page in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, stopping).AsPages(begun, limits.PageSize))
            {
                allowance.Call();
                var old = page.Values.Where(blob => blob.Properties.LastModified < writtenBefore).ToList();
                if (old.Count > 0)
                    removed += await RemoveOwnerlessAsync(container, old, await lookAtPage(stopping), allowance, stopping);

                var next = string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken;
                if (next != begun)
                    await bookmark.WritePageAsync(name, next, stopping);
                begun = next;
                if (allowance.IsUsedUp)
                    break;
            }
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            // Nothing has needed it yet.
        }
        catch (RequestFailedException exception) when (exception.Status == 400 && begun is not null)
        {
            // The page is one that storage does not know any more: the next sweep begins with the first.
            await bookmark.WritePageAsync(name, null, stopping);
        }

        return removed;
    }

    /// <summary>Removes the blobs without an owner, each only as it was listed.</summary>
    private static async Task<int> RemoveOwnerlessAsync(
        BlobContainerClient container, IEnumerable<BlobItem> blobs, Func<string, Task<bool>> isOwnerless, SweepAllowance allowance, CancellationToken stopping)
    {
        var removed = 0;
        await Parallel.ForEachAsync(blobs, new ParallelOptions { MaxDegreeOfParallelism = ParallelBlobs, CancellationToken = stopping }, async (blob, cancellationToken) =>
        {
            allowance.Call();
            if (!await isOwnerless(blob.Name))
                return;

            allowance.Call();
            try
            {
                if (await container.GetBlobClient(blob.Name).DeleteIfExistsAsync(
                    conditions: new BlobRequestConditions { IfMatch = blob.Properties.ETag }, cancellationToken: cancellationToken))
                {
                    Interlocked.Increment(ref removed);
                }
            }
            catch (RequestFailedException exception) when (exception.IsMissingOrChanged())
            {
                // It has just been written again.
            }
        });
        return removed;
    }
}
