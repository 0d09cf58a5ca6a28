namespace FunctionsIngest.Senders.Keys;

/// <summary>Keys as the Standard Webhooks specification writes them, each with a prefix that says its kind.</summary>
internal static class StandardWebhooksKey
{
    /// <summary>The fewest bytes of a shared key; source: the specification's section "Signature scheme".</summary>
    public const int MinSharedLength = 24;

    /// <summary>The most bytes of a shared key.</summary>
    public const int MaxSharedLength = 64;

    /// <summary>What a public key begins with.</summary>
    public const string PublicPrefix = "whpk_";

    private const string Shared = "whsec_";
    private const string Private = "whsk_";

    /// <summary>Parses a key.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, out VerificationKey? key)
    {
        if (secret.StartsWith(Shared, StringComparison.Ordinal))
            return HmacKey.Parse(secret[Shared.Length..], SecretFormat.Base64, MinSharedLength, MaxSharedLength, out key);

        if (secret.StartsWith(PublicPrefix, StringComparison.Ordinal))
        {
            key = null;
            return SecretBytes.Decode(secret.AsSpan(PublicPrefix.Length), SecretFormat.Base64, out var bytes) ?? Ed25519Key.ParsePublic(bytes, out key);
        }

        if (secret.StartsWith(Private, StringComparison.Ordinal))
        {
            key = null;
            return SecretBytes.Decode(secret.AsSpan(Private.Length), SecretFormat.Base64, out var bytes) ?? Ed25519Key.ParsePrivate(bytes, out key);
        }

        return PemText.IsIn(secret)
            ? Ed25519Key.Parse(secret, SecretFormat.Pem, out key)
            : HmacKey.Parse(secret, SecretFormat.Utf8, 1, int.MaxValue, out key);
    }
}
