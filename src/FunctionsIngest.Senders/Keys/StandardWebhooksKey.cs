namespace FunctionsIngest.Senders.Keys;

/// <summary>Keys as the Standard Webhooks specification writes them, each with a prefix that says its kind.</summary>
internal static class StandardWebhooksKey
{
    /// <summary>The fewest bytes of a shared key; source: the specification's section "Signature scheme".</summary>
    public const int MinSharedLength = 24;

    /// <summary>The most bytes of a shared key.</summary>
    public const int MaxSharedLength = 64;

    /// <summary>What a shared key begins with.</summary>
    public const string SharedPrefix = "whsec_";

    /// <summary>What a public key begins with.</summary>
    public const string PublicPrefix = "whpk_";

    /// <summary>What a private key begins with.</summary>
    public const string PrivatePrefix = "whsk_";

    /// <summary>Whether the text is a key of a pair: PEM, or one of the two prefixes of a pair.</summary>
    public static bool IsOfPair(string secret)
        => PemText.IsIn(secret) || secret.StartsWith(PublicPrefix, StringComparison.Ordinal) || secret.StartsWith(PrivatePrefix, StringComparison.Ordinal);

    /// <summary>Parses a key.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, out VerificationKey? key)
    {
        if (secret.StartsWith(SharedPrefix, StringComparison.Ordinal))
            return HmacKey.Parse(secret[SharedPrefix.Length..], SecretFormat.Base64, MinSharedLength, MaxSharedLength, out key);

        if (secret.StartsWith(PublicPrefix, StringComparison.Ordinal))
        {
            key = null;
            return SecretBytes.Decode(secret.AsSpan(PublicPrefix.Length), SecretFormat.Base64, out var bytes) ?? Ed25519Key.ParsePublic(bytes, out key);
        }

        if (secret.StartsWith(PrivatePrefix, StringComparison.Ordinal))
        {
            key = null;
            return SecretBytes.Decode(secret.AsSpan(PrivatePrefix.Length), SecretFormat.Base64, out var bytes) ?? Ed25519Key.ParsePrivate(bytes, out key);
        }

        return PemText.IsIn(secret)
            ? Ed25519Key.Parse(secret, SecretFormat.Pem, out key)
            : HmacKey.Parse(secret, SecretFormat.Utf8, 1, int.MaxValue, out key);
    }
}
