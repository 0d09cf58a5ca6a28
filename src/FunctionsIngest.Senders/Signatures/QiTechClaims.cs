using System.Globalization;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>What a token of QI Tech says.</summary>
/// <param name="PayloadMd5">The MD5 of the body: 16 bytes.</param>
/// <param name="Timestamp">When it was made; null if it is not written as QI Tech writes it.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Uri">The path.</param>
/// <param name="Expires">
/// The claim <c>exp</c>, in seconds since 1970; null if there is none. The document's own check, python-jose, honours
/// this claim and the next where they are present.
/// </param>
/// <param name="NotBefore">The claim <c>nbf</c>, in seconds since 1970; null if there is none.</param>
internal sealed record QiTechClaims(
    byte[] PayloadMd5, DateTimeOffset? Timestamp, string Method, string Uri, decimal? Expires, decimal? NotBefore)
{
    private const int Md5Length = 16;

    // Python's "%Y-%m-%dT%H:%M:%S.%fZ", where %f is one to six digits; and without a fraction, as isoformat() writes a
    // whole second.
    private static readonly string[] TimestampFormats =
        [.. Enumerable.Range(0, 7).Select(digits => "yyyy-MM-dd'T'HH:mm:ss" + (digits == 0 ? "" : "." + new string('f', digits)) + "'Z'")];

    /// <summary>Reads the claims of a token.</summary>
    /// <returns>
    /// Null if one of the first four is missing or of another type, if <c>exp</c> or <c>nbf</c> is not a number, or if
    /// the MD5 is not 32 hexadecimal digits.
    /// </returns>
    public static QiTechClaims? Read(CompactJws token)
    {
        var md5 = new byte[Md5Length];
        return CompactJws.TryReadObject(token.Payload, out var claims, out var others)
            && claims.TryGetValue("payload_md5", out var hex) && hex.Length == 2 * Md5Length && BinaryText.TryDecodeHex(hex, md5, out _)
            && claims.TryGetValue("timestamp", out var timestamp)
            && claims.TryGetValue("method", out var method)
            && claims.TryGetValue("uri", out var uri)
            && TryReadTime("exp", claims, others, out var expires)
            && TryReadTime("nbf", claims, others, out var notBefore)
            ? new QiTechClaims(md5, ParseTimestamp(timestamp), method, uri, expires, notBefore)
            : null;
    }

    /// <summary>Whether <c>exp</c> and <c>nbf</c> allow a time; the edges are inside.</summary>
    public VerificationResult CheckValidity(DateTimeOffset now)
        => now.ToUnixTimeSeconds() > Expires ? VerificationResult.TokenExpired
            : now.ToUnixTimeSeconds() < NotBefore ? VerificationResult.TokenNotYetValid
            : VerificationResult.Verified;

    /// <summary>Writes a time as QI Tech does, in microseconds.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static bool TryReadTime(string claim, Dictionary<string, string> texts, Dictionary<string, string> others, out decimal? seconds)
    {
        seconds = null;
        if (!others.TryGetValue(claim, out var json))
            return !texts.ContainsKey(claim);

        // RFC 7519 calls it NumericDate: a number of seconds, which may have a fraction.
        var isNumber = decimal.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value);
        seconds = isNumber ? value : null;
        return isNumber;
    }

    private static DateTimeOffset? ParseTimestamp(string text)
        => DateTimeOffset.TryParseExact(text, TimestampFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
