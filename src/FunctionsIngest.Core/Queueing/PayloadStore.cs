using Azure.Storage.Blobs.Models;
using FunctionsIngest.Bodies;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Queueing;

/// <summary>
/// Bodies that a message cannot hold, one blob per delivery, <c>{partition}/{row}/{delivery}</c>. The name of a blob
/// leads to the row that owns it.
/// </summary>
/// <param name="clients">The storage.</param>
/// <param name="budget">What the bodies that are loaded share; null: nothing.</param>
internal sealed class PayloadStore(StorageClients clients, SpoolBudget? budget = null)
{
    /// <summary>The blob of a delivery.</summary>
    public static string NameOf(Envelope envelope) => $"{envelope.PartitionKey}/{envelope.RowKey}/{envelope.Delivery}";

    /// <summary>Stores a body in one call.</summary>
    public Task UploadAsync(string name, BinaryData body, CancellationToken cancellationToken)
        => clients.Payloads.CreatedWhenMissingAsync(() => BlobBody.UploadAsync(clients.Payloads.GetBlobClient(name), body, cancellationToken), cancellationToken);

    /// <summary>Loads a body.</summary>
    /// <returns>The body; null if the blob is gone.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    public async Task<BinaryData?> DownloadAsync(string name, CancellationToken cancellationToken)
        => (await BlobBody.DownloadAsync(clients.Payloads.GetBlobClient(name), cancellationToken, budget))?.Body;

    /// <summary>Removes a body, if it is there.</summary>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
        => clients.Payloads.GetBlobClient(name).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
}
