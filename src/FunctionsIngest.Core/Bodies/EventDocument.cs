using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Bodies;

/// <summary>
/// A JSON document in a container with an event's body: inside it, or in a blob beside it, <c>{name}.body</c>.
/// </summary>
internal static class EventDocument
{
    /// <summary>The largest body that fits into a document, in bytes.</summary>
    public const int MaxInlineBytes = 45 * 1024;

    /// <summary>How documents are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The blob of a body beside its document.</summary>
    public static string BodyNameOf(string name) => $"{name}.body";

    /// <summary>The document beside a body's blob; null if the blob is not a body.</summary>
    public static string? DocumentNameOf(string blob)
        => blob.EndsWith(BodyNameOf(""), StringComparison.Ordinal) ? $"{blob[..^BodyNameOf("").Length]}.json" : null;

    /// <summary>Whether a body fits into its document.</summary>
    public static bool IsInline(BinaryData body) => body.ToMemory().Length <= MaxInlineBytes;

    /// <summary>Writes a document, over whatever is there.</summary>
    /// <param name="container">The container.</param>
    /// <param name="name">The document's name without <c>.json</c>.</param>
    /// <param name="document">The document.</param>
    /// <param name="beside">
    /// The body beside it, which is written first; null: there is none, and a body that is there stays.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static Task WriteAsync<T>(BlobContainerClient container, string name, T document, BinaryData? beside, CancellationToken cancellationToken)
        => container.CreatedWhenMissingAsync(
            async () =>
            {
                if (beside is not null)
                    await BlobBody.UploadAsync(container.GetBlobClient(BodyNameOf(name)), beside, cancellationToken);

                await container.GetBlobClient($"{name}.json").UploadAsync(
                    new BinaryData(JsonSerializer.SerializeToUtf8Bytes(document, Json)),
                    new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
                    cancellationToken);
            },
            cancellationToken);

    /// <summary>Reads a document.</summary>
    /// <returns>The document and its ETag; null if it is not there.</returns>
    public static async Task<(T Document, ETag ETag)?> ReadAsync<T>(BlobContainerClient container, string name, CancellationToken cancellationToken)
    {
        var blob = await container.GetBlobClient($"{name}.json").DownloadContentAsync(cancellationToken).OrNullIfMissingAsync();
        return blob is null ? null : (blob.Content.ToObjectFromJson<T>(Json) ?? throw new JsonException("The document is null."), blob.Details.ETag);
    }

    /// <summary>Reads a body beside its document.</summary>
    /// <returns>The body and its ETag; null if it is not there.</returns>
    public static Task<(BinaryData Body, ETag ETag)?> ReadBodyAsync(BlobContainerClient container, string name, CancellationToken cancellationToken)
        => BlobBody.DownloadAsync(container.GetBlobClient(BodyNameOf(name)), cancellationToken);

    /// <summary>The length of a body beside its document, in bytes; null if it is not there.</summary>
    public static async Task<long?> LengthOfBodyAsync(BlobContainerClient container, string name, CancellationToken cancellationToken)
        => (await container.GetBlobClient(BodyNameOf(name)).GetPropertiesAsync(cancellationToken: cancellationToken).OrNullIfMissingAsync())?.ContentLength;

    /// <summary>
    /// Removes a document unchanged since it was read, then its body likewise. A writer of both writes the body first.
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="name">The document's name without <c>.json</c>.</param>
    /// <param name="etag">The version of the document to remove; <see cref="ETag.All"/>: whichever is there.</param>
    /// <param name="bodyETag">
    /// The version of the body to remove; <see cref="ETag.All"/>: whichever is there; null: none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False if the document is gone or was changed; its body then stays.</returns>
    public static async Task<bool> TryDeleteAsync(
        BlobContainerClient container, string name, ETag etag, ETag? bodyETag, CancellationToken cancellationToken)
    {
        if (!await TryDeleteAsync($"{name}.json", etag))
            return false;

        if (bodyETag is { } version)
            await TryDeleteAsync(BodyNameOf(name), version);
        return true;

        async Task<bool> TryDeleteAsync(string blob, ETag version)
        {
            try
            {
                await container.GetBlobClient(blob).DeleteAsync(conditions: new BlobRequestConditions { IfMatch = version }, cancellationToken: cancellationToken);
                return true;
            }
            catch (RequestFailedException exception) when (exception.IsMissingOrChanged())
            {
                return false;
            }
        }
    }
}
