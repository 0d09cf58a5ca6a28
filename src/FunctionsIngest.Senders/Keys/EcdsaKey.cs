using System.Security.Cryptography;

namespace FunctionsIngest.Senders.Keys;

/// <summary>An ECDSA key over the curve of its algorithm.</summary>
internal sealed class EcdsaKey : AsymmetricKey
{
    private const string PrivateSec1 = "EC PRIVATE KEY";

    private readonly AsymmetricKeyPool<ECDsa> _pool;

    private EcdsaKey(SignatureAlgorithm algorithm, string label, byte[] der)
    {
        Algorithm = algorithm;
        CanSign = label != KeyText.PublicKey;
        _pool = new AsymmetricKeyPool<ECDsa>(() => Import(label, der));
    }

    /// <inheritdoc />
    public override SignatureAlgorithm Algorithm { get; }

    /// <inheritdoc />
    public override bool CanSign { get; }

    private DSASignatureFormat Format => Algorithm == SignatureAlgorithm.EcdsaP521Sha512
        ? DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        : DSASignatureFormat.Rfc3279DerSequence;

    /// <summary>Parses a public key (SubjectPublicKeyInfo) or a private one (PKCS #8 or SEC 1).</summary>
    /// <param name="secret">The secret's text: PEM, or what the format says.</param>
    /// <param name="algorithm">The algorithm, which says the curve.</param>
    /// <param name="format">
    /// <see cref="SecretFormat.Pem"/>, <see cref="SecretFormat.Base64"/> or <see cref="SecretFormat.Hex"/>.
    /// </param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, SignatureAlgorithm algorithm, SecretFormat format, out VerificationKey? key)
    {
        key = null;
        if (KeyText.Read(secret, format, [KeyText.PublicKey, KeyText.PrivateKey, PrivateSec1], out var label, out var der) is { } problem)
            return problem;

        var curve = algorithm == SignatureAlgorithm.EcdsaP521Sha512 ? ECCurve.NamedCurves.nistP521 : ECCurve.NamedCurves.nistP256;
        try
        {
            using var parsed = Import(label, der);
            if (parsed.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != curve.Oid.Value)
                return $"it is a key of another curve than {(algorithm == SignatureAlgorithm.EcdsaP521Sha512 ? "P-521" : "P-256")}";
        }
        catch (CryptographicException)
        {
            return "it is not an elliptic-curve key";
        }

        key = new EcdsaKey(algorithm, label, der);
        return null;
    }

    /// <inheritdoc />
    public override bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var ecdsa = _pool.Take();
        try
        {
            return ecdsa.VerifyData(data, signature, Algorithm.Hash(), Format);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _pool.Return(ecdsa);
        }
    }

    /// <inheritdoc />
    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        if (!CanSign)
            throw CannotSign();

        var ecdsa = _pool.Take();
        try
        {
            return ecdsa.SignData(data, Algorithm.Hash(), Format);
        }
        finally
        {
            _pool.Return(ecdsa);
        }
    }

    private static ECDsa Import(string label, byte[] der)
    {
        var ecdsa = ECDsa.Create();
        try
        {
            int read;
            switch (label)
            {
                case KeyText.PrivateKey:
                    ecdsa.ImportPkcs8PrivateKey(der, out read);
                    break;
                case PrivateSec1:
                    ecdsa.ImportECPrivateKey(der, out read);
                    break;
                default:
                    ecdsa.ImportSubjectPublicKeyInfo(der, out read);
                    break;
            }

            return read == der.Length ? ecdsa : throw new CryptographicException("Bytes follow the key.");
        }
        catch
        {
            ecdsa.Dispose();
            throw;
        }
    }
}
