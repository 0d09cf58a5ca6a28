using System.Formats.Asn1;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// Reads keys that are structures: PEM (RFC 7468), also where its newlines were lost on the way through a setting, or
/// their bare bytes.
/// </summary>
internal static class KeyText
{
    /// <summary>The label of a SubjectPublicKeyInfo (RFC 5280).</summary>
    public const string PublicKey = "PUBLIC KEY";

    /// <summary>The label of a private key in PKCS #8 (RFC 5208).</summary>
    public const string PrivateKey = "PRIVATE KEY";

    /// <summary>Reads a key.</summary>
    /// <param name="secret">
    /// The secret's text. PEM is known as such whatever the format; its newlines may be spaces, the two characters
    /// <c>\n</c>, or nothing.
    /// </param>
    /// <param name="format">How a text that is not PEM is written.</param>
    /// <param name="labels">The labels of PEM that are looked for, the first one found counts.</param>
    /// <param name="label">
    /// The label found; of bare bytes <see cref="PublicKey"/> or <see cref="PrivateKey"/>, whichever they seem to be.
    /// </param>
    /// <param name="der">The key's bytes.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Read(string secret, SecretFormat format, string[] labels, out string label, out byte[] der)
    {
        label = "";
        der = [];
        if (string.IsNullOrWhiteSpace(secret))
            return "it is empty";
        if (PemText.IsIn(secret))
            return ReadPem(secret, labels, out label, out der);
        if (format == SecretFormat.Pem)
            return "it is not PEM: it has no line that begins with -----BEGIN";

        var problem = SecretBytes.Decode(secret, format, out der);
        label = StartsWithNumber(der) ? PrivateKey : PublicKey;
        return problem;
    }

    private static string? ReadPem(string text, string[] labels, out string label, out byte[] der)
    {
        label = "";
        der = [];
        text = PemText.Repair(text);
        foreach (var candidate in labels)
        {
            var header = $"{PemText.Begin}{candidate}-----";
            var from = text.IndexOf(header, StringComparison.Ordinal);
            if (from < 0)
                continue;

            from += header.Length;
            var to = text.IndexOf($"-----END {candidate}-----", from, StringComparison.Ordinal);
            if (to < 0)
                return "it is PEM without its last line";

            label = candidate;
            var content = string.Concat(text[from..to].Where(character => !char.IsWhiteSpace(character)));
            return SecretBytes.Decode(content, SecretFormat.Base64, out der) is null ? null : "it is PEM whose content is not base64";
        }

        return $"it is PEM of none of these kinds: {string.Join(", ", labels)}";
    }

    // PKCS #8 begins with its version, SubjectPublicKeyInfo with an algorithm.
    private static bool StartsWithNumber(byte[] der)
    {
        try
        {
            return new AsnReader(der, AsnEncodingRules.DER).ReadSequence().PeekTag() == Asn1Tag.Integer;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }
}
