namespace FunctionsIngest.Signatures;

/// <summary>Keys as the Standard Webhooks specification writes them, each with a prefix that says its kind.</summary>
internal static class StandardWebhooksKey
{
    /// <summary>The fewest bytes of a shared key; source: the specification's section "Signature scheme".</summary>
    public const int MinSharedLength = 24;

    /// <summary>The most bytes of a shared key.</summary>
    public const int MaxSharedLength = 64;

    private const string Shared = "whsec_";
    private const string Public = "whpk_";
    private const string Private = "whsk_";

    /// <summary>Parses a key.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, out VerificationKey? key)
    {
        if (secret.StartsWith(Shared, StringComparison.Ordinal))
            return HmacKey.Parse(secret[Shared.Length..], SecretFormat.Base64, MinSharedLength, MaxSharedLength, out key);

        if (secret.StartsWith(Public, StringComparison.Ordinal))
            return ParsePublic(secret.AsSpan(Public.Length), out key);

        if (secret.StartsWith(Private, StringComparison.Ordinal))
        {
            key = null;
            return SecretBytes.Decode(secret.AsSpan(Private.Length), SecretFormat.Base64, out var bytes) ?? Ed25519Key.ParsePrivate(bytes, out key);
        }

        return KeyText.IsPem(secret)
            ? Ed25519Key.Parse(secret, SecretFormat.Pem, out key)
            : HmacKey.Parse(secret, SecretFormat.Utf8, 1, int.MaxValue, out key);
    }

    private static string? ParsePublic(ReadOnlySpan<char> text, out VerificationKey? key)
    {
        key = null;
        if (SecretBytes.Decode(text, SecretFormat.Base64, out var bytes) is { } problem)
            return problem;
        return bytes.Length == 32
            ? Ed25519Key.Parse(text.ToString(), SecretFormat.Base64, out key)
            : $"it decodes to {bytes.Length} bytes, and a public key has 32";
    }
}
