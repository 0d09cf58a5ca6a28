using NSec.Cryptography;
using Edwards = NSec.Cryptography.SignatureAlgorithm;

namespace FunctionsIngest.Senders.Keys;

/// <summary>An Ed25519 key (RFC 8032).</summary>
internal sealed class Ed25519Key : AsymmetricKey
{
    private const int HalfLength = 32;

    private readonly PublicKey _public;
    private readonly Key? _private;

    private Ed25519Key(PublicKey publicKey, Key? privateKey)
    {
        _public = publicKey;
        _private = privateKey;
    }

    /// <inheritdoc />
    public override SignatureAlgorithm Algorithm => SignatureAlgorithm.Ed25519;

    /// <inheritdoc />
    public override bool CanSign => _private is not null;

    /// <summary>
    /// Parses a key: PEM, or 32 bytes of a public key, or 64 bytes of a private key followed by its public one.
    /// </summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="format">
    /// <see cref="SecretFormat.Pem"/>, <see cref="SecretFormat.Base64"/> or <see cref="SecretFormat.Hex"/>.
    /// </param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, SecretFormat format, out VerificationKey? key)
    {
        key = null;
        if (PemText.IsIn(secret) || format == SecretFormat.Pem)
        {
            if (KeyText.Read(secret, format, [KeyText.PublicKey, KeyText.PrivateKey], out var label, out var der) is { } wrong)
                return wrong;
            return label == KeyText.PrivateKey
                ? FromPrivate(der, KeyBlobFormat.PkixPrivateKey, out key)
                : FromPublic(der, KeyBlobFormat.PkixPublicKey, out key);
        }

        if (SecretBytes.Decode(secret, format, out var bytes) is { } problem)
            return problem;
        return bytes.Length == 2 * HalfLength ? ParsePrivate(bytes, out key) : ParsePublic(bytes, out key);
    }

    /// <summary>Makes a public key of its 32 bytes.</summary>
    /// <returns>Null, or what is wrong, without a byte of the secret.</returns>
    public static string? ParsePublic(ReadOnlySpan<byte> bytes, out VerificationKey? key)
    {
        key = null;
        return bytes.Length == HalfLength
            ? FromPublic(bytes, KeyBlobFormat.RawPublicKey, out key)
            : $"it decodes to {bytes.Length} bytes, and a public key has {HalfLength}";
    }

    /// <summary>Makes a private key of its 32 bytes, or of these and the 32 bytes of its public key.</summary>
    /// <returns>Null, or what is wrong, without a byte of the secret.</returns>
    public static string? ParsePrivate(ReadOnlySpan<byte> bytes, out VerificationKey? key)
    {
        key = null;
        if (bytes.Length is not (HalfLength or 2 * HalfLength))
            return $"it decodes to {bytes.Length} bytes, and a private key has {HalfLength}, or {2 * HalfLength} with its public one";
        if (FromPrivate(bytes[..HalfLength], KeyBlobFormat.RawPrivateKey, out var parsed) is { } problem)
            return problem;
        if (bytes.Length > HalfLength && !((Ed25519Key)parsed!)._public.Export(KeyBlobFormat.RawPublicKey).AsSpan().SequenceEqual(bytes[HalfLength..]))
            return "its second half is not the public key of its first";

        key = parsed;
        return null;
    }

    /// <inheritdoc />
    public override bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => Edwards.Ed25519.Verify(_public, data, signature);

    /// <inheritdoc />
    public override byte[] Sign(ReadOnlySpan<byte> data)
        => _private is null ? throw CannotSign() : Edwards.Ed25519.Sign(_private, data);

    private static string? FromPublic(ReadOnlySpan<byte> blob, KeyBlobFormat format, out VerificationKey? key)
    {
        key = PublicKey.TryImport(Edwards.Ed25519, blob, format, out var parsed) ? new Ed25519Key(parsed!, null) : null;
        return key is null ? "it is not an Ed25519 public key" : null;
    }

    private static string? FromPrivate(ReadOnlySpan<byte> blob, KeyBlobFormat format, out VerificationKey? key)
    {
        key = Key.TryImport(Edwards.Ed25519, blob, format, out var parsed) ? new Ed25519Key(parsed!.PublicKey, parsed) : null;
        return key is null ? "it is not an Ed25519 private key" : null;
    }
}
