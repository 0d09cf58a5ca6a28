using System.Runtime.InteropServices;
using Azure;
using Azure.Storage.Blobs;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Bodies;

/// <summary>A body in a blob: held in memory if it is small, spooled if it is not.</summary>
internal static class BlobBody
{
    /// <summary>The largest body that is held in memory, in bytes.</summary>
    public const int MaxBytesHeld = 1024 * 1024;

    /// <summary>Uploads a body in one call, over whatever is there.</summary>
    public static async Task UploadAsync(BlobClient blob, BinaryData body, CancellationToken cancellationToken)
    {
        // A call that was given up may go on reading for a moment, which only a stream of spooled bytes survives.
        await using var content = MemoryMarshal.TryGetMemoryManager<byte, SpoolFile>(body.ToMemory(), out var spooled) ? spooled.OpenRead() : body.ToStream();
        await blob.UploadAsync(content, overwrite: true, cancellationToken);
    }

    /// <summary>Downloads a body.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="budget">What spooled bodies share; null: nothing, in a command that has one at a time.</param>
    /// <returns>The body and the blob's ETag; null if the blob is gone.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    public static async Task<(BinaryData Body, ETag ETag)?> DownloadAsync(BlobClient blob, CancellationToken cancellationToken, SpoolBudget? budget = null)
    {
        try
        {
            using var download = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            if (download.Details.ContentLength <= MaxBytesHeld)
            {
                var bytes = GC.AllocateUninitializedArray<byte>((int)download.Details.ContentLength);
                await download.Content.ReadExactlyAsync(bytes, cancellationToken);
                return (BinaryData.FromBytes(bytes), download.Details.ETag);
            }

            // Counted before a byte is on disk, and until the last reader of the mapping is gone.
            var length = checked((int)download.Details.ContentLength);
            budget?.Take(length);
            FileStream? file = null;
            try
            {
                file = SpoolFile.Create();
                await download.Content.CopyToAsync(file, cancellationToken);
                return (BinaryData.FromBytes(SpoolFile.Map(file, budget is null ? null : budget.Return).Memory), download.Details.ETag);
            }
            catch
            {
                budget?.Return(length);
                if (file is not null)
                    await file.DisposeAsync();
                throw;
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }
}
