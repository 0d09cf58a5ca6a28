using FunctionsIngest.Senders.Payloads;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Bodies;

/// <summary>Content-Encoding: what a sender did to the body after it wrote it.</summary>
internal static class ContentCoding
{
    /// <summary>Undoes the request's content coding.</summary>
    /// <param name="headers">The request's headers; gzip, deflate and br are known, one at a time.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="budget">What all bodies share.</param>
    /// <param name="source">The source that the request is for.</param>
    /// <param name="limit">The most bytes that come out.</param>
    /// <returns>What became of it, and the body as it was before. The caller disposes it.</returns>
    /// <exception cref="BodyBudgetExceededException">There is no room for it now.</exception>
    public static async Task<(ContentCodingResult Result, BodyBuffer? Inflated)> TryInflateAsync(
        IHeaderDictionary headers, ReadOnlyMemory<byte> body, BodyBudget budget, string source, int limit)
    {
        await using var decoder = ContentDecoder.Open(headers.ContentEncoding.ToString(), BinaryData.FromBytes(body).ToStream());
        if (decoder is null)
            return (ContentCodingResult.NotCoded, null);

        try
        {
            var inflated = await BodyBuffer.ReadAsync(decoder, budget, source, limit, CancellationToken.None);
            return inflated is null ? (ContentCodingResult.TooLarge, null) : (ContentCodingResult.Inflated, inflated);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            return (ContentCodingResult.NotCoded, null);
        }
    }
}
