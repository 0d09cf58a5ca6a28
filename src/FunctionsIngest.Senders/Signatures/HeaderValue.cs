using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// Reads headers that matter to a signature: repeats count only if they are equal. Allocates nothing.
/// </summary>
internal static class HeaderValue
{
    /// <summary>Reads a header that may contain commas.</summary>
    /// <returns><see cref="VerificationResult.Verified"/> if there is one value, else what is wrong.</returns>
    public static VerificationResult ReadWhole(IHeaderDictionary headers, string name, out ReadOnlySpan<char> value)
    {
        value = default;
        var values = headers[name];
        if (values.Count == 0)
            return VerificationResult.HeaderMissing;

        var first = values[0];
        for (var i = 1; i < values.Count; i++)
        {
            if (!string.Equals(values[i], first, StringComparison.Ordinal))
                return VerificationResult.HeaderAmbiguous;
        }

        value = first;
        return value.IsEmpty ? VerificationResult.HeaderMissing : VerificationResult.Verified;
    }

    /// <summary>
    /// Reads a header whose values contain no comma: where there is one, a server or proxy has joined repeated headers
    /// with it.
    /// </summary>
    /// <returns><see cref="VerificationResult.Verified"/> if there is one value, else what is wrong.</returns>
    public static VerificationResult ReadOne(IHeaderDictionary headers, string name, out ReadOnlySpan<char> value)
    {
        var result = ReadWhole(headers, name, out var whole);
        value = whole;
        if (result != VerificationResult.Verified || whole.IndexOf(',') < 0)
            return result;

        value = whole[..whole.IndexOf(',')].TrimEnd(' ');
        for (var rest = whole[whole.IndexOf(',')..]; !rest.IsEmpty;)
        {
            rest = rest[1..].TrimStart(' ');
            var end = rest.IndexOf(',');
            var next = end < 0 ? rest : rest[..end].TrimEnd(' ');
            if (!next.SequenceEqual(value))
                return VerificationResult.HeaderAmbiguous;

            rest = end < 0 ? default : rest[end..];
        }

        return value.IsEmpty ? VerificationResult.HeaderMissing : VerificationResult.Verified;
    }
}
