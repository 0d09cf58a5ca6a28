using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// A token in the compact serialisation of JWS (RFC 7515), taken apart strictly and not yet verified.
/// </summary>
internal sealed class CompactJws
{
    private const int MaxLength = 8192;

    private CompactJws(byte[] signingInput, byte[] header, byte[] payload, byte[] signature)
    {
        SigningInput = signingInput;
        Header = header;
        Payload = payload;
        Signature = signature;
    }

    /// <summary>What is signed: the first two segments and the point between them.</summary>
    public byte[] SigningInput { get; }

    /// <summary>The decoded header.</summary>
    public byte[] Header { get; }

    /// <summary>The decoded payload.</summary>
    public byte[] Payload { get; }

    /// <summary>The decoded signature.</summary>
    public byte[] Signature { get; }

    /// <summary>
    /// Takes a token apart: three segments of base64url without padding, none of them empty, at most 8192 characters.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CompactJws? token)
    {
        token = null;
        if (text.Length > MaxLength || text.Count('.') != 2)
            return false;

        var first = text.IndexOf('.');
        var last = text.LastIndexOf('.');
        if (!TryDecode(text[..first], out var header)
            || !TryDecode(text[(first + 1)..last], out var payload)
            || !TryDecode(text[(last + 1)..], out var signature))
        {
            return false;
        }

        token = new CompactJws(Encoding.ASCII.GetBytes(text[..last].ToString()), header, payload, signature);
        return true;
    }

    /// <summary>Makes a signed token.</summary>
    /// <exception cref="InvalidOperationException">The key is public.</exception>
    public static string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, AsymmetricKey key)
    {
        var signingInput = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(payload)}";
        return $"{signingInput}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signingInput)))}";
    }

    /// <summary>
    /// Reads the text members of a JSON object. A member that is there twice is refused, since parsers differ on which
    /// of them counts.
    /// </summary>
    /// <returns>
    /// False if it is not an object, or not strict JSON; members of other types are left out of
    /// <paramref name="members"/>, and are in <paramref name="others"/> as their JSON.
    /// </returns>
    public static bool TryReadObject(ReadOnlyMemory<byte> json, out Dictionary<string, string> members, out Dictionary<string, string> others)
    {
        members = new Dictionary<string, string>(StringComparer.Ordinal);
        others = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;

            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (members.ContainsKey(member.Name) || others.ContainsKey(member.Name))
                    return false;
                if (member.Value.ValueKind == JsonValueKind.String)
                    members.Add(member.Name, member.Value.GetString()!);
                else
                    others.Add(member.Name, member.Value.GetRawText());
            }

            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8, or half of a surrogate pair.
            return false;
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        var buffer = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        var decoded = BinaryText.TryDecodeBase64Url(text, buffer, out var written) && written > 0;
        bytes = decoded ? buffer[..written] : [];
        return decoded;
    }
}
