using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// Reads headers that matter: repeats count only if they are equal, whether they came as several lines or joined by a
/// server or proxy. A header's characters are its bytes, one each, as Latin-1 has them (RFC 9110, section 5.5).
/// Allocates nothing, but for <see cref="TextOf"/> and <see cref="UnjoinedOf"/>.
/// </summary>
internal static class HeaderValue
{
    // More equal repeats than any proxy makes; the search is as long as the value for each.
    private const int MaxRepeats = 8;

    /// <summary>
    /// Reads a header that may contain commas. It may still hold several values that a server has joined.
    /// </summary>
    /// <returns><see cref="VerificationResult.Verified"/> if all lines are equal, else what is wrong.</returns>
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

    /// <summary>The value of a header that was sent several times with the same value, and joined.</summary>
    /// <param name="value">The whole header.</param>
    /// <returns>One of the equal values; the whole header if it is not made of such.</returns>
    public static ReadOnlySpan<char> Unjoin(ReadOnlySpan<char> value)
    {
        if (value.IndexOf(',') < 0)
            return value;

        // The most repeats first: what is there four times is also there twice, joined.
        for (var repeats = MaxRepeats; repeats > 1; repeats--)
        {
            if (FindRepeated(value, ", ", repeats) is var length and > 0 || (length = FindRepeated(value, ",", repeats)) > 0)
                return value[..length];
        }

        return value;
    }

    /// <summary>What a header that decides nothing says: once, if it came several times with the same value.</summary>
    public static string UnjoinedOf(IHeaderDictionary headers, string name) => Unjoin(headers[name].ToString()).ToString();

    /// <summary>
    /// Whether a server or proxy has joined several values: a comma with a blank behind it, which no sender writes
    /// unless its own separator has one.
    /// </summary>
    public static bool IsJoined(ReadOnlySpan<char> value)
        => value.Contains(", ", StringComparison.Ordinal) || value.Contains(",\t", StringComparison.Ordinal);

    /// <summary>The bytes of a header's value.</summary>
    /// <returns>False if they do not fit.</returns>
    public static bool TryGetBytes(ReadOnlySpan<char> value, Span<byte> bytes, out int written)
    {
        // A host that decodes headers as UTF-8 gives characters that Latin-1 does not have.
        var encoding = value.ContainsAnyExceptInRange('\0', '\xFF') ? Encoding.UTF8 : Encoding.Latin1;
        return encoding.TryGetBytes(value, bytes, out written);
    }

    /// <summary>A header's value as people read it: most senders that write more than ASCII write UTF-8.</summary>
    public static string TextOf(ReadOnlySpan<char> value)
    {
        if (Ascii.IsValid(value) || value.ContainsAnyExceptInRange('\0', '\xFF'))
            return value.ToString();

        var bytes = new byte[value.Length];
        Encoding.Latin1.GetBytes(value, bytes);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : value.ToString();
    }

    /// <returns>The length of the value that is repeated; zero if none is.</returns>
    private static int FindRepeated(ReadOnlySpan<char> value, ReadOnlySpan<char> separator, int repeats)
    {
        var length = (value.Length - (separator.Length * (repeats - 1))) / repeats;
        if (length < 1 || (length * repeats) + (separator.Length * (repeats - 1)) != value.Length)
            return 0;

        var one = value[..length];
        for (var rest = value[length..]; !rest.IsEmpty; rest = rest[(separator.Length + length)..])
        {
            if (!rest.StartsWith(separator) || !rest.Slice(separator.Length, length).SequenceEqual(one))
                return 0;
        }

        return length;
    }
}
