namespace FunctionsIngest.Senders.Keys;

/// <summary>How a secret is written.</summary>
internal enum SecretFormat
{
    /// <summary>The text's UTF-8 bytes are the key.</summary>
    Utf8,

    /// <summary>
    /// Base64 of the key's bytes, padded or not; of its SubjectPublicKeyInfo or PKCS #8 form where the key is an ECDSA
    /// or RSA key.
    /// </summary>
    Base64,

    /// <summary>Hexadecimal digits of the same bytes.</summary>
    Hex,

    /// <summary>PEM (RFC 7468).</summary>
    Pem,

    /// <summary>
    /// As Standard Webhooks writes it: <c>whsec_</c> and base64 of an HMAC key, <c>whpk_</c> and base64 of an Ed25519
    /// public key, <c>whsk_</c> and base64 of an Ed25519 private key. Any other text is an HMAC key in UTF-8.
    /// </summary>
    StandardWebhooks,
}
