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
}
