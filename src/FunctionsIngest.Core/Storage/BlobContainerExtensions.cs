using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace FunctionsIngest.Storage;

internal static class BlobContainerExtensions
{
    /// <summary>Runs a call that writes to a container; if the container is missing, creates it and runs the call once more.</summary>
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
}
