using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using NSec.Cryptography;

namespace FunctionsIngest.Core.Tests.Secrets;

/// <summary>A secret as somebody keeps it, against a signature that was made without the product.</summary>
public class SecretFormatTests
{
    private static readonly byte[] Body = "{\"type\":\"order.paid\"}"u8.ToArray();
    private static readonly byte[] Shared = RandomNumberGenerator.GetBytes(32);
    private static readonly ECDsa Curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly Key Edwards = Key.Create(NSec.Cryptography.SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextExport });

    private static readonly Dictionary<string, (string Algorithm, string? Format, string Secret, byte[] Signature)> Rows = new()
    {
        ["UTF-8"] = ("hmac-sha256", "utf8", "ein Schlüssel ☂", Hmac(Encoding.UTF8.GetBytes("ein Schlüssel ☂"))),
        ["UTF-8 by default, looking like base64"] = ("hmac-sha256", null, Convert.ToBase64String(Shared), Hmac(Encoding.UTF8.GetBytes(Convert.ToBase64String(Shared)))),
        ["base64"] = ("hmac-sha256", "base64", Convert.ToBase64String(Shared), Hmac(Shared)),
        ["base64 without padding"] = ("hmac-sha256", "base64", Convert.ToBase64String(Shared).TrimEnd('='), Hmac(Shared)),
        ["hex"] = ("hmac-sha256", "hex", Convert.ToHexString(Shared), Hmac(Shared)),
        ["hex in lower case"] = ("hmac-sha256", "hex", Convert.ToHexStringLower(Shared), Hmac(Shared)),
        ["EC, PEM"] = ("ecdsa-p256-sha256", "pem", CurvePem, CurveSignature),
        ["EC, PEM, newlines are spaces"] = ("ecdsa-p256-sha256", "pem", CurvePem.Replace('\n', ' '), CurveSignature),
        ["EC, PEM, newlines are gone"] = ("ecdsa-p256-sha256", "pem", CurvePem.Replace("\n", "", StringComparison.Ordinal), CurveSignature),
        ["EC, PEM, newlines are written out"] = ("ecdsa-p256-sha256", "pem", CurvePem.Replace("\n", "\\n", StringComparison.Ordinal) + "\\n", CurveSignature),
        ["EC, PEM, lines end as on Windows"] = ("ecdsa-p256-sha256", "pem", CurvePem.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n", CurveSignature),
        ["EC, base64"] = ("ecdsa-p256-sha256", "base64", Convert.ToBase64String(Curve.ExportSubjectPublicKeyInfo()), CurveSignature),
        ["EC, JWK"] = ("ecdsa-p256-sha256", "pem", CurveJwk, CurveSignature),
        ["EC, JWK over several lines"] = ("ecdsa-p256-sha256", "pem", CurveJwk.Replace(",", ",\n  ", StringComparison.Ordinal), CurveSignature),
        ["RSA, PEM, newlines are spaces"] = ("rsa-sha256", "pem", Rsa.ExportSubjectPublicKeyInfoPem().Replace('\n', ' '), RsaSignature),
        ["RSA, JWK"] = ("rsa-sha256", "pem", RsaJwk, RsaSignature),
        ["Ed25519, PEM, newlines are gone"] = ("ed25519", "pem", EdwardsPem.Replace("\n", "", StringComparison.Ordinal), EdwardsSignature),
        ["Ed25519, JWK"] = ("ed25519", "pem", EdwardsJwk, EdwardsSignature),
    };

    public static TheoryData<string> Names => [.. Rows.Keys];

    private static string CurvePem => Curve.ExportSubjectPublicKeyInfoPem();

    private static string CurveJwk => Jwk("EC", "P-256", ("x", Curve.ExportParameters(false).Q.X!), ("y", Curve.ExportParameters(false).Q.Y!));

    private static byte[] CurveSignature => Curve.SignData(Body, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private static string RsaJwk => Jwk("RSA", "", ("n", Rsa.ExportParameters(false).Modulus!), ("e", Rsa.ExportParameters(false).Exponent!));

    private static byte[] RsaSignature => Rsa.SignData(Body, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static string EdwardsPem => Encoding.UTF8.GetString(Edwards.PublicKey.Export(KeyBlobFormat.PkixPublicKeyText)).Trim();

    private static string EdwardsJwk => Jwk("OKP", "Ed25519", ("x", Edwards.PublicKey.Export(KeyBlobFormat.RawPublicKey)));

    private static byte[] EdwardsSignature => NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(Edwards, Body);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_secret_verifies_however_it_is_written(string name)
        => Assert.Equal(VerificationResult.Verified, await VerifyAsync(Rows[name], Rows[name].Secret));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task So_does_the_second_of_a_list(string name)
    {
        var first = Rows[name].Algorithm switch
        {
            "hmac-sha256" => Convert.ToHexString(RandomNumberGenerator.GetBytes(24)),
            "ecdsa-p256-sha256" => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportSubjectPublicKeyInfoPem(),
            "rsa-sha256" => RSA.Create(2048).ExportSubjectPublicKeyInfoPem(),
            _ => "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----",
        };

        Assert.Equal(VerificationResult.Verified, await VerifyAsync(Rows[name], first, Rows[name].Secret));
    }

    [Fact]
    public async Task So_does_the_second_of_a_JSON_web_key_set()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var q = other.ExportParameters(false).Q;
        var set = $$"""{"keys":[{{Jwk("EC", "P-256", ("x", q.X!), ("y", q.Y!))}},{{CurveJwk}}]}""";

        Assert.Equal(VerificationResult.Verified, await VerifyAsync(Rows["EC, JWK"], set));
    }

    [Theory]
    [InlineData("hmac-sha256", "hex", "1f8e0c7d2b3a49586f7e8d9c0b1a293", "it is not an even number of hexadecimal digits")]
    [InlineData("hmac-sha256", "base64", "not*base64*at*all*", "it is not base64")]
    [InlineData("hmac-sha256", null, "-----BEGIN PUBLIC KEY----- MFkwEwYH -----END PUBLIC KEY-----", "it is a key of a pair, and not of an HMAC")]
    [InlineData("hmac-sha256", null, "-----BEGIN PUBLIC KEY----- MFkwEwYH", "it is PEM without its first or its last line")]
    [InlineData("hmac-sha256", null, """{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQ"}""", "it is a JSON web key of a type other than EC (P-256, P-384, P-521), RSA and OKP (Ed25519)")]
    [InlineData("ecdsa-p256-sha256", "pem", "not PEM at all", "it is not PEM: it has no line that begins with -----BEGIN")]
    public async Task A_secret_that_is_no_key_is_named_with_the_reason_and_not_used(string algorithm, string? format, string secret, string reason)
    {
        var exception = await Assert.ThrowsAsync<SecretsUnavailableException>(() => VerifyAsync((algorithm, format, secret, []), secret));

        Assert.Equal($"Source 'shop' has no usable key. Secrets:key is not a key that source 'shop' can use: {reason}.", exception.Message);
    }

    [Theory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", null)]
    [InlineData("whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", null)]
    [InlineData("whsec_c2hvcnQ=", "it decodes to 5 bytes, and 24 to 64 are wanted")]
    [InlineData("whpk_c2hvcnQ=", "it decodes to 5 bytes, and a public key has 32")]
    public void A_secret_of_Standard_Webhooks_says_what_it_is(string secret, string? problem)
    {
        var scheme = SchemeCatalogue.Create("shop", new SchemeOptions { Scheme = "standard-webhooks" }, TimeSpan.FromDays(7), []);

        Assert.Equal(problem, scheme!.ReadKeys(secret, out var keys));
        Assert.Equal(problem is null ? 1 : 0, keys.Count);
    }

    private static async Task<VerificationResult> VerifyAsync((string Algorithm, string? Format, string Secret, byte[] Signature) row, params string[] secrets)
    {
        List<string> errors = [];
        var options = new SchemeOptions
        {
            Scheme = "custom",
            SecretFormat = row.Format,
            Signature = new SignatureOptions { Header = "X-Signature", Algorithm = row.Algorithm, Encoding = "base64" },
        };
        var source = new Source { Name = "shop", Scheme = SchemeCatalogue.Create("shop", options, TimeSpan.FromDays(7), errors)!, SecretNames = ["key"] };
        Assert.Empty(errors);

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(secrets.Index().Select(secret => KeyValuePair.Create(secrets.Length == 1 ? "Secrets:key" : $"Secrets:key:{secret.Index}", (string?)secret.Item))).Build();
        using var ring = new Ring(new ConfigurationSecretReader(configuration), source);
        var keys = await ring.Keys.GetAsync(source, default);
        var headers = new HeaderDictionary { ["X-Signature"] = Convert.ToBase64String(row.Signature) };
        return source.Scheme.Verify(new SignedRequest("POST", "/webhooks/shop", headers, Body), keys.Keys, ring.Clock.GetUtcNow());
    }

    private static byte[] Hmac(byte[] key) => HMACSHA256.HashData(key, Body);

    private static string Jwk(string type, string curve, params (string Name, byte[] Value)[] members)
        => $$"""{"kty":"{{type}}","crv":"{{curve}}",{{string.Join(",", members.Select(member => $"\"{member.Name}\":\"{Base64Url.EncodeToString(member.Value)}\""))}}}""";
}
