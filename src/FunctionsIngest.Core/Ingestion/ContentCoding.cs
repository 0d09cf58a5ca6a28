using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Ingestion;

/// <summary>Content-Encoding: what a sender did to the body after it wrote it.</summary>
internal static class ContentCoding
{
    /// <summary>Undoes the request's content coding.</summary>
    /// <param name="headers">The request's headers; gzip, deflate and br are known, one at a time.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="limit">The most bytes that come out.</param>
    /// <param name="inflated">The body as it was before, or null.</param>
    public static ContentCodingResult TryInflate(IHeaderDictionary headers, ReadOnlyMemory<byte> body, int limit, out byte[]? inflated)
    {
        inflated = null;
        if (Open(headers.ContentEncoding.ToString(), body) is not { } decoder)
            return ContentCodingResult.NotCoded;

        using (decoder)
        {
            using var output = new MemoryStream();
            var buffer = new byte[16 * 1024];
            try
            {
                while (decoder.Read(buffer) is > 0 and var read)
                {
                    if (output.Length + read > limit)
                        return ContentCodingResult.TooLarge;
                    output.Write(buffer, 0, read);
                }
            }
            catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or IOException)
            {
                return ContentCodingResult.NotCoded;
            }

            inflated = output.ToArray();
            return ContentCodingResult.Inflated;
        }
    }

    private static Stream? Open(string coding, ReadOnlyMemory<byte> body) => coding.Trim().ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(Read(body), CompressionMode.Decompress),
        "deflate" => new ZLibStream(Read(body), CompressionMode.Decompress),
        "br" => new BrotliStream(Read(body), CompressionMode.Decompress),
        _ => null,
    };

    private static Stream Read(ReadOnlyMemory<byte> body) => BinaryData.FromBytes(body).ToStream();
}
