using System.Diagnostics.CodeAnalysis;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>The content codings that can be undone: gzip, deflate and br, one at a time.</summary>
internal static class ContentDecoder
{
    /// <summary>The most bytes that come out of one byte whose sender is not known yet.</summary>
    public const int MaxRatio = 100;

    /// <summary>The longest name of a coding that is handed on, in characters.</summary>
    private const int MaxNameLength = 64;

    /// <summary>The names of the codings that can be undone, as Content-Encoding writes them.</summary>
    public static IReadOnlyList<string> Codings { get; } = ["gzip", "deflate", "br"];

    /// <summary>
    /// The coding that a Content-Encoding names, in lower case; null for none, for <c>identity</c>, and for what
    /// cannot be the name of codings.
    /// </summary>
    public static string? NameOf(string? contentEncoding) => contentEncoding?.Trim().ToLowerInvariant() switch
    {
        null or "" or "identity" => null,
        "x-gzip" => "gzip",
        { Length: > MaxNameLength } => null,
        var name => name.All(character => char.IsAsciiLetterOrDigit(character) || "-_., ".Contains(character, StringComparison.Ordinal)) ? name : null,
    };

    /// <summary>Whether a body begins as gzip does (RFC 1952, with the only method that there is).</summary>
    public static bool IsGzip(ReadOnlySpan<byte> body) => body is [0x1F, 0x8B, 0x08, ..];

    /// <summary>Opens a body in a coding.</summary>
    /// <param name="coding">One of <see cref="Codings"/>; any other is not known.</param>
    /// <param name="body">The body as it came.</param>
    /// <param name="maxRatio">The most bytes that may come out for each byte of the body.</param>
    /// <param name="decoded">
    /// The body as it was before, to be read to its end: reading throws <see cref="InvalidDataException"/>, and nothing
    /// else, if the body is not written in the coding, ends too early, goes on behind its end, or expands too far. The
    /// caller disposes it.
    /// </param>
    /// <returns>False if the coding is not known.</returns>
    public static bool TryOpen(string? coding, ReadOnlyMemory<byte> body, int maxRatio, [NotNullWhen(true)] out Stream? decoded)
    {
        decoded = coding switch
        {
            "gzip" => new InflatingStream(body, isGzip: true, maxRatio),
            "deflate" => new InflatingStream(body, isGzip: false, maxRatio),
            "br" => new BrotliDecodingStream(body, maxRatio),
            _ => null,
        };
        return decoded is not null;
    }
}
