using System.Buffers;
using System.Buffers.Text;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// Strict decoding of bytes that are written as text. Each value has exactly one text, apart from the case of
/// hexadecimal digits, so that no bit of a signature can change unnoticed. Allocates nothing and throws on no input.
/// </summary>
internal static class BinaryText
{
    /// <summary>Decodes hexadecimal digits of either case.</summary>
    public static bool TryDecodeHex(ReadOnlySpan<char> text, Span<byte> bytes, out int written)
        => Convert.FromHexString(text, bytes, out _, out written) == OperationStatus.Done;

    /// <summary>Decodes padded base64: no whitespace, and unused bits are zero.</summary>
    public static bool TryDecodeBase64(ReadOnlySpan<char> text, Span<byte> bytes, out int written)
    {
        if (!Convert.TryFromBase64Chars(text, bytes, out written) || text.Length != (written + 2) / 3 * 4)
            return false;
        if (written == 0)
            return true;

        Span<char> last = stackalloc char[4];
        return Convert.TryToBase64Chars(bytes[((written - 1) / 3 * 3)..written], last, out _) && text[^4..].SequenceEqual(last);
    }

    /// <summary>Decodes base64url without padding: no whitespace, and unused bits are zero.</summary>
    public static bool TryDecodeBase64Url(ReadOnlySpan<char> text, Span<byte> bytes, out int written)
    {
        if (Base64Url.DecodeFromChars(text, bytes, out _, out written) != OperationStatus.Done
            || text.Length != Base64Url.GetEncodedLength(written))
        {
            return false;
        }

        if (written == 0)
            return true;

        Span<char> last = stackalloc char[4];
        var length = Base64Url.EncodeToChars(bytes[((written - 1) / 3 * 3)..written], last);
        return text[^length..].SequenceEqual(last[..length]);
    }
}
