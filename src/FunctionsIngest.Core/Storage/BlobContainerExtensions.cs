using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace FunctionsIngest.Storage;

/// <summary>Calls to a container that may be missing: it is created when it is first needed.</summary>
internal static class BlobContainerExtensions
{
    /// <summary>
    /// Runs a call that writes to a container; if the container is missing, creates it and runs the call once more.
    /// </summary>
    public static async Task CreatedWhenMissingAsync(this BlobContainerClient container, Func<Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await call();
        }
    }

    /// <summary>A listing of a container. One of a container that is missing has no items.</summary>
    public static async IAsyncEnumerable<T> OrNoneIfContainerMissing<T>(
        this IAsyncEnumerable<T> listing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var items = listing.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync())
                    yield break;
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                yield break;
            }

            yield return items.Current;
        }
    }

    /// <summary>
    /// Removes the blobs without an owner, each only as it was listed. Ends early if one has just been written again; a
    /// later call does the rest.
    /// </summary>
    /// <param name="container">The container; it may be missing.</param>
    /// <param name="writtenBefore">
    /// Only blobs that were written before; what owns a younger one may be yet to come.
    /// </param>
    /// <param name="isOwnerless">Whether the blob of a name has no owner.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many were removed.</returns>
    public static async Task<int> RemoveOwnerlessAsync(
        this BlobContainerClient container, DateTimeOffset writtenBefore, Func<string, Task<bool>> isOwnerless, CancellationToken cancellationToken)
    {
        var removed = 0;
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: null, cancellationToken))
            {
                if (blob.Properties.LastModified < writtenBefore && await isOwnerless(blob.Name)
                    && await container.GetBlobClient(blob.Name).DeleteIfExistsAsync(
                        conditions: new BlobRequestConditions { IfMatch = blob.Properties.ETag }, cancellationToken: cancellationToken))
                {
                    removed++;
                }
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissingOrChanged())
        {
            // No container: nothing has needed it yet. Or a blob has just been written again.
        }

        return removed;
    }
}
