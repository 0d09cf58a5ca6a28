using System.Security.Cryptography;

namespace FunctionsIngest.Senders.Keys;

/// <summary>How a signature is computed.</summary>
internal enum SignatureAlgorithm
{
    /// <summary>HMAC (RFC 2104) with SHA-1: 20 bytes.</summary>
    HmacSha1,

    /// <summary>HMAC with SHA-256: 32 bytes.</summary>
    HmacSha256,

    /// <summary>HMAC with SHA-384: 48 bytes.</summary>
    HmacSha384,

    /// <summary>HMAC with SHA-512: 64 bytes.</summary>
    HmacSha512,

    /// <summary>Ed25519 (RFC 8032): 64 bytes.</summary>
    Ed25519,

    /// <summary>ECDSA over P-256 with SHA-256, as a DER sequence of r and s: 8 to 72 bytes.</summary>
    EcdsaP256Sha256,

    /// <summary>ECDSA over P-521 with SHA-512, as r and s of 66 bytes each (ES512 of RFC 7518): 132 bytes.</summary>
    EcdsaP521Sha512,

    /// <summary>RSA with PKCS #1 v1.5 padding and SHA-256: as long as the modulus, 256 to 1024 bytes.</summary>
    RsaSha256,

    /// <summary>No signature but a text that both sides know, sent as it is: 1 to 1024 bytes of UTF-8.</summary>
    Token,
}

/// <summary>Facts about the algorithms.</summary>
internal static class SignatureAlgorithmExtensions
{
    /// <summary>The longest signature of any algorithm, in bytes.</summary>
    public const int MaxSignatureLength = 1024;

    /// <summary>The longest MAC of any HMAC, in bytes.</summary>
    public const int MaxMacLength = 64;

    /// <summary>Whether the key is shared and the signature a MAC.</summary>
    public static bool IsHmac(this SignatureAlgorithm algorithm) => algorithm <= SignatureAlgorithm.HmacSha512;

    /// <summary>The hash that the algorithm is built on.</summary>
    public static HashAlgorithmName Hash(this SignatureAlgorithm algorithm) => algorithm switch
    {
        SignatureAlgorithm.HmacSha1 => HashAlgorithmName.SHA1,
        SignatureAlgorithm.HmacSha384 => HashAlgorithmName.SHA384,
        SignatureAlgorithm.HmacSha512 or SignatureAlgorithm.EcdsaP521Sha512 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    /// <summary>Whether a signature of this algorithm can have this many bytes.</summary>
    public static bool Allows(this SignatureAlgorithm algorithm, int length) => algorithm switch
    {
        SignatureAlgorithm.HmacSha1 => length == 20,
        SignatureAlgorithm.HmacSha256 => length == 32,
        SignatureAlgorithm.HmacSha384 => length == 48,
        SignatureAlgorithm.HmacSha512 or SignatureAlgorithm.Ed25519 => length == 64,
        SignatureAlgorithm.EcdsaP256Sha256 => length is >= 8 and <= 72,
        SignatureAlgorithm.EcdsaP521Sha512 => length == 132,
        SignatureAlgorithm.RsaSha256 => length is >= 256 and <= MaxSignatureLength,
        _ => length is >= 1 and <= MaxSignatureLength,
    };
}
