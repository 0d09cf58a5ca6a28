using System.Security.Cryptography;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Cli.Secrets;

/// <summary>A new secret. A class and never a record, so that no <see cref="object.ToString"/> prints it.</summary>
/// <param name="secret">What signs, and of a shared key what verifies.</param>
/// <param name="publicKey">What verifies, of a pair.</param>
internal sealed class GeneratedSecret(string secret, string? publicKey = null)
{
    // RFC 2104, section 3: a key no shorter than the hash.
    private const int KeyBytes = 32;
    private const int LongKeyBytes = 64;
    private const int RsaBits = 3072;

    public string Secret => secret;

    public string? PublicKey => publicKey;

    /// <summary>Makes one in the scheme's own shape.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="isAsymmetric">Whether a scheme that knows both is to have a pair of keys.</param>
    /// <exception cref="CommandException">The scheme knows no pair.</exception>
    public static GeneratedSecret For(SignatureScheme scheme, bool isAsymmetric)
    {
        if (scheme is not TemplateScheme { Definition: var definition })
            return Ec(ECCurve.NamedCurves.nistP521);

        var algorithm = definition.Versions[0].Algorithm;
        if (definition.SecretFormat == SecretFormat.StandardWebhooks)
        {
            if (isAsymmetric)
            {
                var (seed, publicKey) = Ed25519Pair();
                return new($"whsk_{Convert.ToBase64String([.. seed, .. publicKey])}", $"whpk_{Convert.ToBase64String(publicKey)}");
            }

            return new($"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))}");
        }

        if (isAsymmetric && algorithm is SignatureAlgorithm.Token || isAsymmetric && algorithm.IsHmac())
            throw new CommandException($"The scheme {scheme.Name} knows shared keys only: leave --asymmetric out.");
        return algorithm switch
        {
            SignatureAlgorithm.EcdsaP256Sha256 => Ec(ECCurve.NamedCurves.nistP256),
            SignatureAlgorithm.RsaSha256 => Rsa(),
            SignatureAlgorithm.Ed25519 => Ed25519(definition.SecretFormat),
            _ => Shared(definition.SecretFormat, algorithm == SignatureAlgorithm.HmacSha512 ? LongKeyBytes : KeyBytes),
        };
    }

    private static GeneratedSecret Shared(SecretFormat format, int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        return new(format == SecretFormat.Base64 ? Convert.ToBase64String(bytes) : Convert.ToHexStringLower(bytes));
    }

    private static GeneratedSecret Ec(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return new(key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
    }

    private static GeneratedSecret Rsa()
    {
        using var key = RSA.Create(RsaBits);
        return new(key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
    }

    private static GeneratedSecret Ed25519(SecretFormat format)
    {
        var (seed, publicKey) = Ed25519Pair();
        return format == SecretFormat.Base64
            ? new(Convert.ToBase64String([.. seed, .. publicKey]), Convert.ToBase64String(publicKey))
            : new(Convert.ToHexStringLower([.. seed, .. publicKey]), Convert.ToHexStringLower(publicKey));
    }

    private static (byte[] Seed, byte[] PublicKey) Ed25519Pair()
    {
        using var key = NSec.Cryptography.Key.Create(
            NSec.Cryptography.SignatureAlgorithm.Ed25519, new NSec.Cryptography.KeyCreationParameters { ExportPolicy = NSec.Cryptography.KeyExportPolicies.AllowPlaintextExport });
        return (key.Export(NSec.Cryptography.KeyBlobFormat.RawPrivateKey), key.Export(NSec.Cryptography.KeyBlobFormat.RawPublicKey));
    }
}
