using System.Security.Cryptography;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Senders.Tests.Signatures;

namespace FunctionsIngest.Senders.Tests.Keys;

public class KeyTests
{
    private static readonly string PrivateP521 = KnownSenders.NewP521();
    private static readonly string PublicP521 = KnownSenders.PublicPem(PrivateP521);

    [Theory]
    [InlineData("begini", "", "it is empty")]
    [InlineData("begini", "  ", "it is empty")]
    [InlineData("begini", "x", null)]
    [InlineData("begini", "whsec_MfKQ", null)]
    [InlineData("standard-webhooks", "", "it is empty")]
    [InlineData("standard-webhooks", "whsec_", "it is empty")]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", null)]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "it decodes to 23 bytes, and 24 to 64 are wanted")]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr", null)]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwB", "it is not base64")]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBg", null)]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBg==", null)]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBg=", null)]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8I LPZIo2LaLaSw", "it is not base64")]
    [InlineData("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS_", "it is not base64")]
    [InlineData("standard-webhooks", "a", null)]
    [InlineData("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", null)]
    [InlineData("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOirg", null)]
    [InlineData("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbO", "it decodes to 30 bytes, and a public key has 32")]
    [InlineData("standard-webhooks", "whpk_", "it is empty")]
    [InlineData("standard-webhooks", "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=", null)]
    [InlineData("standard-webhooks", "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==", null)]
    [InlineData("standard-webhooks", "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6KvA==", "its second half is not the public key of its first")]
    [InlineData("standard-webhooks", "whsk_6Xb/", "it decodes to 3 bytes, and a private key has 32, or 64 with its public one")]
    [InlineData("qi-tech", "", "it is empty")]
    [InlineData("qi-tech", "secret", "it is not PEM: it has no line that begins with -----BEGIN")]
    [InlineData("qi-tech", "-----BEGIN PUBLIC KEY-----\nMIGb\n", "it is PEM without its last line")]
    [InlineData("qi-tech", "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----", "it is PEM whose content is not base64")]
    [InlineData("qi-tech", "-----BEGIN PUBLIC KEY-----\nMIGb\n-----END PUBLIC KEY-----", "it is not an elliptic-curve key")]
    [InlineData("qi-tech", "-----BEGIN CERTIFICATE-----\nMIGb\n-----END CERTIFICATE-----", "it is PEM of none of these kinds: PUBLIC KEY, PRIVATE KEY, EC PRIVATE KEY")]
    public void A_secret_is_a_key_or_says_what_is_wrong(string scheme, string secret, string? problem)
        => Assert.Equal(problem, Schemes.Create(scheme).ParseKey(secret, out _));

    [Theory]
    [InlineData("utf8", "whsec_MfKQ", null)]
    [InlineData("base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", null)]
    [InlineData("base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "it decodes to 23 bytes, and 24 to 64 are wanted")]
    [InlineData("base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "it is not base64")]
    [InlineData("hex", "00112233445566778899aabbccddeeff0011223344556677", null)]
    [InlineData("hex", "00112233445566778899aabbccddeeff001122334455667", "it is not an even number of hexadecimal digits")]
    [InlineData("utf8", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "it is a key of a pair, and not of an HMAC")]
    [InlineData("utf8", "-----BEGIN PUBLIC KEY-----", "it is a key of a pair, and not of an HMAC")]
    public void A_source_can_say_how_its_secrets_of_Standard_Webhooks_are_written(string format, string secret, string? problem)
        => Assert.Equal(problem, Schemes.Create(new SchemeOptions { Scheme = "standard-webhooks", SecretFormat = format }).ParseKey(secret, out _));

    // A case is told by its name alone: the key is another in each run, and a test needs the same name in each.
    public static TheoryData<string> BrokenNewlines => [.. PemWithBrokenNewlines.Keys];

    private static Dictionary<string, string> PemWithBrokenNewlines { get; } = new(StringComparer.Ordinal)
    {
        ["spaces"] = PublicP521.Trim().Replace('\n', ' '),
        ["backslash and n"] = PublicP521.Replace("\n", "\\n", StringComparison.Ordinal),
        ["backslash, r, backslash and n"] = PublicP521.Replace("\n", "\\r\\n", StringComparison.Ordinal),
        ["nothing"] = PublicP521.Replace("\n", "", StringComparison.Ordinal),
        ["carriage returns as well"] = PublicP521.Replace("\n", "\r\n", StringComparison.Ordinal),
        ["text around"] = "the key of QI Tech:\n" + PublicP521 + "\nend",
    };

    [Theory]
    [MemberData(nameof(BrokenNewlines))]
    public void PEM_may_have_lost_its_newlines(string newlines)
    {
        var scheme = Schemes.Create("qi-tech");
        var body = "{}"u8.ToArray();
        var request = Schemes.Request(body, ("AUTHORIZATION", KnownSenders.Token(body, Schemes.Now, PrivateP521)));

        Assert.Equal(VerificationResult.Verified, scheme.Verify(request, scheme.Key(PemWithBrokenNewlines[newlines])));
    }

    [Fact]
    public void A_key_of_P_521_may_be_written_in_every_usual_form()
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(PrivateP521);
        var body = "{}"u8.ToArray();
        var request = Schemes.Request(body, ("AUTHORIZATION", KnownSenders.Token(body, Schemes.Now, PrivateP521)));
        (string Format, string Secret)[] forms =
        [
            ("pem", ecdsa.ExportPkcs8PrivateKeyPem()),
            ("pem", ecdsa.ExportECPrivateKeyPem()),
            ("pem", ecdsa.ExportSubjectPublicKeyInfoPem()),
            ("base64", Convert.ToBase64String(ecdsa.ExportSubjectPublicKeyInfo())),
            ("base64", Convert.ToBase64String(ecdsa.ExportPkcs8PrivateKey())),
            ("hex", Convert.ToHexString(ecdsa.ExportSubjectPublicKeyInfo())),
        ];

        foreach (var (format, secret) in forms)
        {
            var scheme = Schemes.Create(new SchemeOptions { Scheme = "qi-tech", SecretFormat = format });
            Assert.Equal(VerificationResult.Verified, scheme.Verify(request, scheme.Key(secret)));
        }
    }

    [Fact]
    public void A_key_of_another_curve_is_refused()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var qiTech = Schemes.Create("qi-tech");
        var custom = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "ecdsa-p256-sha256" } });

        Assert.Equal("it is a key of another curve than P-521", qiTech.ParseKey(p256.ExportSubjectPublicKeyInfoPem(), out _));
        Assert.Equal("it is a key of another curve than P-521", qiTech.ParseKey(p384.ExportPkcs8PrivateKeyPem(), out _));
        Assert.Equal("it is a key of another curve than P-256", custom.ParseKey(PublicP521, out _));
        Assert.Null(custom.ParseKey(p256.ExportSubjectPublicKeyInfoPem(), out _));
    }

    [Fact]
    public void An_RSA_key_has_2048_bits_at_least()
    {
        using var small = RSA.Create(1024);
        using var large = RSA.Create(2048);
        var scheme = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "rsa-sha256" } });

        Assert.Equal("it is an RSA key of 1024 bits, and 2048 to 8192 are wanted", scheme.ParseKey(small.ExportSubjectPublicKeyInfoPem(), out _));
        Assert.Equal("it is not an RSA key", scheme.ParseKey(PublicP521, out _));
        Assert.Null(scheme.ParseKey(large.ExportRSAPublicKeyPem(), out _));
        Assert.Null(scheme.ParseKey(large.ExportPkcs8PrivateKeyPem(), out _));
    }

    [Fact]
    public void An_Ed25519_key_in_PEM_serves_where_a_raw_one_does()
    {
        // RFC 8410, section 10.1 and 10.3: an example of both halves.
        const string Public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
        const string Private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----";
        foreach (var scheme in new[]
        {
            Schemes.Create("standard-webhooks"),
            Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "ed25519" } }),
        })
        {
            var headers = new Microsoft.AspNetCore.Http.HeaderDictionary();
            scheme.Sign(headers, new OutgoingWebhook("msg_1", Schemes.Now, "/", "{}"u8.ToArray()), scheme.Key(Private));

            Assert.Equal(VerificationResult.Verified, scheme.Verify(new SignedRequest("POST", "/", headers, "{}"u8.ToArray()), scheme.Key(Public)));
        }
    }

    [Fact]
    public void No_key_prints_its_value()
    {
        foreach (var sender in KnownSenders.All)
        {
            var key = Schemes.Create(sender.Scheme).Key(sender.Configured(sender.Secret));
            Assert.Equal(key.GetType().FullName, key.ToString());
        }
    }

    [Fact]
    public async Task A_key_pair_serves_several_threads_at_once()
    {
        var scheme = Schemes.Create("qi-tech");
        var body = "{}"u8.ToArray();
        var request = Schemes.Request(body, ("AUTHORIZATION", KnownSenders.Token(body, Schemes.Now, PrivateP521)));
        VerificationKey[] keys = [scheme.Key(PublicP521)];

        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => scheme.Verify(request, keys))));

        Assert.All(results, result => Assert.Equal(VerificationResult.Verified, result));
    }
}
