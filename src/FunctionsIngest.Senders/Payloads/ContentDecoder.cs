using System.IO.Compression;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>The content codings that can be undone: gzip, deflate and br, one at a time.</summary>
internal static class ContentDecoder
{
    /// <summary>The names of the codings in Content-Encoding.</summary>
    public static IReadOnlyList<string> Codings { get; } = ["gzip", "deflate", "br"];

    /// <summary>Opens a body in a coding.</summary>
    /// <param name="coding">The value of Content-Encoding.</param>
    /// <param name="body">The body as it came; closed with the stream that is returned.</param>
    /// <returns>The body as it was before, which the caller disposes; null if the coding is not known.</returns>
    public static Stream? Open(string coding, Stream body) => coding.Trim().ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        _ => null,
    };
}
