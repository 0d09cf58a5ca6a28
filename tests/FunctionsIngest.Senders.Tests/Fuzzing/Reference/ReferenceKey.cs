using System.Security.Cryptography;
using NSec.Cryptography;
using Edwards = NSec.Cryptography.SignatureAlgorithm;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>A key that a sender signs with, and that the reference verifies with.</summary>
/// <param name="Secret">What the source is configured with.</param>
/// <param name="Prefix">What is before the signatures of this key.</param>
/// <param name="Sign">Signs a content.</param>
/// <param name="Verifies">Whether a signature is of this key: the content, the signature.</param>
internal sealed record ReferenceKey(string Secret, string Prefix, Func<byte[], byte[]> Sign, Func<byte[], byte[], bool> Verifies)
{
    public static ReferenceKey HmacSha256(string prefix, string secret, byte[] key) => Mac(prefix, secret, content => HMACSHA256.HashData(key, content));

    public static ReferenceKey HmacSha512(string prefix, string secret, byte[] key) => Mac(prefix, secret, content => HMACSHA512.HashData(key, content));

    /// <summary>A text that both sides know.</summary>
    public static ReferenceKey Token(string text) => Mac("", text, _ => System.Text.Encoding.UTF8.GetBytes(text));

    public static ReferenceKey Ed25519(string prefix)
    {
        var key = Key.Create(Edwards.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });
        return new(
            "whpk_" + Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)),
            prefix,
            content => Edwards.Ed25519.Sign(key, content),
            (content, signature) => signature.Length == 64 && Edwards.Ed25519.Verify(key.PublicKey, content, signature));
    }

    public static ReferenceKey Rsa()
    {
        var rsa = RSA.Create(2048);
        return new(
            rsa.ExportSubjectPublicKeyInfoPem(),
            "",
            content => rsa.SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            (content, signature) => rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>A key of P-256 whose signatures are DER.</summary>
    public static ReferenceKey P256()
    {
        var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new(
            ecdsa.ExportSubjectPublicKeyInfoPem(),
            "",
            content => ecdsa.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            (content, signature) => ecdsa.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>A key of P-521 whose signatures are those of ES512 (RFC 7518, section 3.4).</summary>
    public static ReferenceKey P521()
    {
        var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        return new(
            ecdsa.ExportSubjectPublicKeyInfoPem(),
            "",
            content => ecdsa.SignData(content, HashAlgorithmName.SHA512, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
            (content, signature) => signature.Length == 132 && ecdsa.VerifyData(content, signature, HashAlgorithmName.SHA512, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    private static ReferenceKey Mac(string prefix, string secret, Func<byte[], byte[]> sign)
        => new(secret, prefix, sign, (content, signature) => sign(content).AsSpan().SequenceEqual(signature));
}
