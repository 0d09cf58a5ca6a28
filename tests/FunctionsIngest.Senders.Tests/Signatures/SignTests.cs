using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Signatures;

public class SignTests
{
    private const string P256 = "(a key of P-256)";
    private const string P521 = "(a key of P-521)";
    private const string Rsa = "(an RSA key)";

    // The theories carry a name for each of these keys: a key is another in each run, and a test needs the same name in
    // each.
    private static readonly Dictionary<string, string> NewKeys = new(StringComparer.Ordinal)
    {
        [P256] = Pem(ECCurve.NamedCurves.nistP256),
        [P521] = Pem(ECCurve.NamedCurves.nistP521),
        [Rsa] = RsaPem(),
    };

    public static TheoryData<string, string> SchemesAndSecrets => new()
    {
        { "begini", "an api key" },
        { "standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
        { "standard-webhooks", "plain text" },
        { "standard-webhooks", "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==" },
        { "svix", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" },
        { "aghanim", "key" },
        { "github", "key" },
        { "stripe", "whsec_whatever" },
        { "slack", "key" },
        { "shopify", "key" },
        { "qi-tech", P521 },
    };

    public static TheoryData<string, string> AlgorithmsAndSecrets => new()
    {
        { "hmac-sha1", "key" },
        { "hmac-sha256", "key" },
        { "hmac-sha384", "key" },
        { "hmac-sha512", "key" },
        { "ed25519", Convert.ToHexString(Convert.FromBase64String("6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==")) },
        { "ecdsa-p256-sha256", P256 },
        { "rsa-sha256", Rsa },
        { "token", "a token" },
    };

    [Theory]
    [MemberData(nameof(SchemesAndSecrets))]
    public void What_a_scheme_signs_it_verifies(string name, string secret) => RoundTrip(Schemes.Create(name), secret);

    [Theory]
    [MemberData(nameof(AlgorithmsAndSecrets))]
    public void What_a_custom_scheme_signs_it_verifies(string algorithm, string secret)
    {
        foreach (var encoding in new[] { "hex", "base64", "base64url" })
            RoundTrip(Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "Signature", Algorithm = algorithm, Encoding = encoding } }), secret);
    }

    [Fact]
    public void What_a_scheme_signs_is_byte_for_byte_what_its_sender_signs()
    {
        var body = """{"type":"tést"}"""u8.ToArray();
        foreach (var sender in KnownSenders.All.Where(sender => sender.Configured(sender.Secret) == sender.Secret))
        {
            var scheme = Schemes.Create(sender.Scheme);
            var headers = new HeaderDictionary();
            scheme.Sign(headers, new OutgoingWebhook(KnownSenders.Id, Schemes.Now, KnownSenders.Path, body), scheme.Key(sender.Secret));

            foreach (var (name, value) in sender.Sign(body, Schemes.Now, sender.Secret))
                Assert.Equal((sender.Scheme, name, value), (sender.Scheme, name, headers[name].ToString()));
        }
    }

    [Fact]
    public void A_body_of_several_MiB_verifies_and_fails_with_its_last_bit_changed()
    {
        var body = new byte[3 * 1024 * 1024];
        foreach (var sender in KnownSenders.All)
        {
            var scheme = Schemes.Create(sender.Scheme);
            var key = scheme.Key(sender.Configured(sender.Secret));
            var request = Schemes.Request(body, sender.Sign(body, Schemes.Now, sender.Secret));
            Assert.Equal((sender.Scheme, VerificationResult.Verified), (sender.Scheme, scheme.Verify(request, key)));

            body[^1] ^= 1;
            Assert.NotEqual((sender.Scheme, VerificationResult.Verified), (sender.Scheme, scheme.Verify(request, key)));
            body[^1] ^= 1;
        }
    }

    [Theory]
    [InlineData("standard-webhooks", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=")]
    [InlineData("qi-tech", null)]
    public void A_public_key_signs_nothing(string name, string? secret)
    {
        var scheme = Schemes.Create(name);
        var key = scheme.Key(secret ?? KnownSenders.PublicPem(NewKeys[P521]));

        Assert.Throws<InvalidOperationException>(() => scheme.Sign(new HeaderDictionary(), new OutgoingWebhook("id", Schemes.Now, "/", default), key));
    }

    [Fact]
    public void A_key_of_another_scheme_signs_nothing()
    {
        var scheme = Schemes.Create("begini");
        var key = Schemes.Create("qi-tech").Key(NewKeys[P521]);

        Assert.Throws<InvalidOperationException>(() => scheme.Sign(new HeaderDictionary(), new OutgoingWebhook("id", Schemes.Now, "/", default), key));
    }

    private static void RoundTrip(SignatureScheme scheme, string secret)
    {
        var key = scheme.Key(NewKeys.GetValueOrDefault(secret, secret));
        var body = Encoding.UTF8.GetBytes("""{"type":"tést"}""");
        var headers = new HeaderDictionary();
        scheme.Sign(headers, new OutgoingWebhook("msg_1", Schemes.Now, "/webhooks/tested", body), key);

        Assert.Equal(VerificationResult.Verified, scheme.Verify(new SignedRequest("POST", "/webhooks/tested", headers, body), key));

        if (scheme.Assurance == Assurance.Verified)
        {
            body[0] ^= 1;
            Assert.NotEqual(VerificationResult.Verified, scheme.Verify(new SignedRequest("POST", "/webhooks/tested", headers, body), key));
        }
    }

    private static string Pem(ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        return key.ExportPkcs8PrivateKeyPem();
    }

    private static string RsaPem()
    {
        using var key = RSA.Create(2048);
        return key.ExportRSAPrivateKeyPem();
    }
}
