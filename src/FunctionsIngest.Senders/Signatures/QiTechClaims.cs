using System.Globalization;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>What a token of QI Tech says.</summary>
/// <param name="PayloadMd5">The MD5 of the body: 16 bytes.</param>
/// <param name="Timestamp">When it was made; null if it is not written as QI Tech writes it.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Uri">The path.</param>
internal sealed record QiTechClaims(byte[] PayloadMd5, DateTimeOffset? Timestamp, string Method, string Uri)
{
    private const int Md5Length = 16;

    // Python's "%Y-%m-%dT%H:%M:%S.%fZ", where %f is one to six digits; and without a fraction, as isoformat() writes a
    // whole second.
    private static readonly string[] TimestampFormats =
        [.. Enumerable.Range(0, 7).Select(digits => "yyyy-MM-dd'T'HH:mm:ss" + (digits == 0 ? "" : "." + new string('f', digits)) + "'Z'")];

    /// <summary>Reads the claims of a token.</summary>
    /// <returns>
    /// Null if one of the four is missing or of another type, or the MD5 is not 32 hexadecimal digits.
    /// </returns>
    public static QiTechClaims? Read(CompactJws token)
    {
        var md5 = new byte[Md5Length];
        return CompactJws.TryReadObject(token.Payload, out var claims, out _)
            && claims.TryGetValue("payload_md5", out var hex) && hex.Length == 2 * Md5Length && BinaryText.TryDecodeHex(hex, md5, out _)
            && claims.TryGetValue("timestamp", out var timestamp)
            && claims.TryGetValue("method", out var method)
            && claims.TryGetValue("uri", out var uri)
            ? new QiTechClaims(md5, ParseTimestamp(timestamp), method, uri)
            : null;
    }

    /// <summary>Writes a time as QI Tech does, in microseconds.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset? ParseTimestamp(string text)
        => DateTimeOffset.TryParseExact(text, TimestampFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
