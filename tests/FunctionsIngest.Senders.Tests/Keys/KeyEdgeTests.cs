using System.Security.Cryptography;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Senders.Tests.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Keys;

/// <summary>The last value that a key may have, and the first that it may not.</summary>
public sealed class KeyEdgeTests
{
    [Theory]
    [InlineData(23, "it decodes to 23 bytes, and 24 to 64 are wanted")]
    [InlineData(24, null)]
    [InlineData(64, null)]
    [InlineData(65, "it decodes to 65 bytes, and 24 to 64 are wanted")]
    public void A_shared_key_of_Standard_Webhooks_has_24_to_64_bytes(int length, string? problem)
        => Assert.Equal(problem, Schemes.Create("standard-webhooks").ParseKey("whsec_" + Convert.ToBase64String(new byte[length]), out _));

    // Two bytes each in UTF-8: the limit counts bytes and not characters.
    [Theory]
    [InlineData(1, null)]
    [InlineData(512, null)]
    [InlineData(513, "it is longer than 1024 bytes")]
    public void A_token_has_1024_bytes_at_most(int length, string? problem)
        => Assert.Equal(problem, Custom("token").ParseKey(new string('é', length), out _));

    [Fact]
    public void A_token_of_blanks_is_empty()
        => Assert.Equal("it is empty", Custom("token").ParseKey("  ", out _));

    [Theory]
    [InlineData(2047, "it is an RSA key of 2047 bits, and 2048 to 8192 are wanted")]
    [InlineData(2048, null)]
    [InlineData(8192, null)]
    [InlineData(8193, "it is an RSA key of 8193 bits, and 2048 to 8192 are wanted")]
    public void An_RSA_key_has_2048_to_8192_bits(int bits, string? problem)
        => Assert.Equal(problem, Custom("rsa-sha256").ParseKey(RsaPublicKey(bits), out _));

    [Fact]
    public void A_key_with_bytes_behind_it_is_refused()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);

        Assert.Equal("it is not an elliptic-curve key", WithOneByteMore("ecdsa-p256-sha256", "PUBLIC KEY", ecdsa.ExportSubjectPublicKeyInfo()));
        Assert.Equal("it is not an elliptic-curve key", WithOneByteMore("ecdsa-p256-sha256", "PRIVATE KEY", ecdsa.ExportPkcs8PrivateKey()));
        Assert.Equal("it is not an elliptic-curve key", WithOneByteMore("ecdsa-p256-sha256", "EC PRIVATE KEY", ecdsa.ExportECPrivateKey()));
        Assert.Equal("it is not an RSA key", WithOneByteMore("rsa-sha256", "PUBLIC KEY", rsa.ExportSubjectPublicKeyInfo()));
        Assert.Equal("it is not an RSA key", WithOneByteMore("rsa-sha256", "PRIVATE KEY", rsa.ExportPkcs8PrivateKey()));
        Assert.Equal("it is not an RSA key", WithOneByteMore("rsa-sha256", "RSA PUBLIC KEY", rsa.ExportRSAPublicKey()));
        Assert.Equal("it is not an RSA key", WithOneByteMore("rsa-sha256", "RSA PRIVATE KEY", rsa.ExportRSAPrivateKey()));
    }

    [Fact]
    public void Each_private_form_of_a_key_signs_and_no_public_one_does()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);

        foreach (var secret in new[] { ecdsa.ExportPkcs8PrivateKeyPem(), ecdsa.ExportECPrivateKeyPem() })
            Assert.Equal(VerificationResult.Verified, SignAndVerify("ecdsa-p256-sha256", secret, ecdsa.ExportSubjectPublicKeyInfoPem()));
        foreach (var secret in new[] { rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem() })
            Assert.Equal(VerificationResult.Verified, SignAndVerify("rsa-sha256", secret, rsa.ExportRSAPublicKeyPem()));

        var publicKey = ecdsa.ExportSubjectPublicKeyInfoPem();
        Assert.Throws<InvalidOperationException>(() => SignAndVerify("ecdsa-p256-sha256", publicKey, publicKey));
        foreach (var secret in new[] { rsa.ExportSubjectPublicKeyInfoPem(), rsa.ExportRSAPublicKeyPem() })
            Assert.Throws<InvalidOperationException>(() => SignAndVerify("rsa-sha256", secret, secret));
    }

    [Fact]
    public void A_key_of_another_kind_is_not_an_Ed25519_key()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Equal("it is not an Ed25519 public key", Custom("ed25519").ParseKey(ecdsa.ExportSubjectPublicKeyInfoPem(), out var key));
        Assert.Null(key);
        Assert.Equal("it is not an Ed25519 private key", Custom("ed25519").ParseKey(ecdsa.ExportPkcs8PrivateKeyPem(), out key));
        Assert.Null(key);
    }

    // RFC 8032, section 7.1, test 1: the private key and its public one.
    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", true)]
    [InlineData("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", false)]
    public void An_Ed25519_key_in_hexadecimal_digits_is_private_only_with_both_halves(string secret, bool signs)
    {
        const string Public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

        if (signs)
            Assert.Equal(VerificationResult.Verified, SignAndVerify("ed25519", secret, Public));
        else
            Assert.Throws<InvalidOperationException>(() => SignAndVerify("ed25519", secret, Public));
        Assert.Equal("it decodes to 31 bytes, and a public key has 32", Custom("ed25519").ParseKey(Public[2..], out _));
    }

    // Four blanks keep the length a multiple of four, and the framework's decoder skips them.
    [Fact]
    public void Blanks_inside_base64_are_refused()
        => Assert.Equal("it is not base64", Schemes.Create("standard-webhooks").ParseKey("whsec_MfKQ9r8GKYqrTwjU    PD8ILPZIo2LaLaSw", out _));

    [Fact]
    public void The_keys_of_four_algorithms_are_shared()
        => Assert.Equal(
            [SignatureAlgorithm.HmacSha1, SignatureAlgorithm.HmacSha256, SignatureAlgorithm.HmacSha384, SignatureAlgorithm.HmacSha512],
            Enum.GetValues<SignatureAlgorithm>().Where(algorithm => algorithm.IsHmac()));

    [Theory]
    [InlineData(nameof(SignatureAlgorithm.HmacSha1), 20, 20)]
    [InlineData(nameof(SignatureAlgorithm.HmacSha256), 32, 32)]
    [InlineData(nameof(SignatureAlgorithm.HmacSha384), 48, 48)]
    [InlineData(nameof(SignatureAlgorithm.HmacSha512), 64, 64)]
    [InlineData(nameof(SignatureAlgorithm.Ed25519), 64, 64)]
    [InlineData(nameof(SignatureAlgorithm.EcdsaP256Sha256), 8, 72)]
    [InlineData(nameof(SignatureAlgorithm.EcdsaP521Sha512), 132, 132)]
    [InlineData(nameof(SignatureAlgorithm.RsaSha256), 256, 1024)]
    [InlineData(nameof(SignatureAlgorithm.Token), 1, 1024)]
    public void A_signature_has_the_lengths_of_its_algorithm(string name, int shortest, int longest)
    {
        var algorithm = Enum.Parse<SignatureAlgorithm>(name);

        Assert.Equal([false, true, true, false], new[] { shortest - 1, shortest, longest, longest + 1 }.Select(length => algorithm.Allows(length)));
    }

    private static SignatureScheme Custom(string algorithm)
        => Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = algorithm } });

    private static string RsaPublicKey(int bits)
    {
        var modulus = new byte[(bits + 7) / 8];
        modulus.AsSpan().Fill(0xff);
        modulus[0] = (byte)(0xff >> ((8 - (bits % 8)) % 8));
        using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
        return rsa.ExportSubjectPublicKeyInfoPem();
    }

    private static string? WithOneByteMore(string algorithm, string label, byte[] der)
    {
        Assert.Null(Custom(algorithm).ParseKey(PemEncoding.WriteString(label, der), out _));
        return Custom(algorithm).ParseKey(PemEncoding.WriteString(label, [.. der, 0]), out _);
    }

    private static VerificationResult SignAndVerify(string algorithm, string secret, string publicKey)
    {
        var scheme = Custom(algorithm);
        var headers = new HeaderDictionary();
        scheme.Sign(headers, new OutgoingWebhook("msg_1", Schemes.Now, "/", "{}"u8.ToArray()), scheme.Key(secret));
        return scheme.Verify(new SignedRequest("POST", "/", headers, "{}"u8.ToArray()), scheme.Key(publicKey));
    }
}
