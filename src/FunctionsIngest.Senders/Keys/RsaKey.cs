using System.Security.Cryptography;

namespace FunctionsIngest.Senders.Keys;

/// <summary>An RSA key of 2048 to 8192 bits.</summary>
internal sealed class RsaKey : AsymmetricKey
{
    private const string PrivatePkcs1 = "RSA PRIVATE KEY";
    private const string PublicPkcs1 = "RSA PUBLIC KEY";

    private readonly AsymmetricKeyPool<RSA> _pool;

    private RsaKey(string label, byte[] der)
    {
        CanSign = label is KeyText.PrivateKey or PrivatePkcs1;
        _pool = new AsymmetricKeyPool<RSA>(() => Import(label, der));
    }

    /// <inheritdoc />
    public override SignatureAlgorithm Algorithm => SignatureAlgorithm.RsaSha256;

    /// <inheritdoc />
    public override bool CanSign { get; }

    /// <summary>Parses a public key (SubjectPublicKeyInfo or PKCS #1) or a private one (PKCS #8 or PKCS #1).</summary>
    /// <param name="secret">The secret's text: PEM, or what the format says.</param>
    /// <param name="format">
    /// <see cref="SecretFormat.Pem"/>, <see cref="SecretFormat.Base64"/> or <see cref="SecretFormat.Hex"/>.
    /// </param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, SecretFormat format, out VerificationKey? key)
    {
        key = null;
        if (KeyText.Read(secret, format, [KeyText.PublicKey, KeyText.PrivateKey, PublicPkcs1, PrivatePkcs1], out var label, out var der) is { } problem)
            return problem;

        try
        {
            using var parsed = Import(label, der);
            if (parsed.KeySize is < 2048 or > SignatureAlgorithmExtensions.MaxSignatureLength * 8)
                return $"it is an RSA key of {parsed.KeySize} bits, and 2048 to 8192 are wanted";
        }
        catch (CryptographicException)
        {
            return "it is not an RSA key";
        }

        key = new RsaKey(label, der);
        return null;
    }

    /// <inheritdoc />
    public override bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        var rsa = _pool.Take();
        try
        {
            return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            _pool.Return(rsa);
        }
    }

    /// <inheritdoc />
    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        if (!CanSign)
            throw CannotSign();

        var rsa = _pool.Take();
        try
        {
            return rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        finally
        {
            _pool.Return(rsa);
        }
    }

    private static RSA Import(string label, byte[] der)
    {
        var rsa = RSA.Create();
        try
        {
            int read;
            switch (label)
            {
                case KeyText.PrivateKey:
                    rsa.ImportPkcs8PrivateKey(der, out read);
                    break;
                case PrivatePkcs1:
                    rsa.ImportRSAPrivateKey(der, out read);
                    break;
                case PublicPkcs1:
                    rsa.ImportRSAPublicKey(der, out read);
                    break;
                default:
                    rsa.ImportSubjectPublicKeyInfo(der, out read);
                    break;
            }

            return read == der.Length ? rsa : throw new CryptographicException("Bytes follow the key.");
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }
}
