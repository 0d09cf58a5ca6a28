using System.Globalization;
using System.Text;
using FunctionsIngest.Senders.Signatures;
using static FunctionsIngest.Senders.Tests.Signatures.VectorExpression;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>
/// Signatures that others have published verify, and fail with any bit of key, body or signature changed.
/// </summary>
public class PublishedVectorTests
{
    private const string SignedIdOfSeed = "msg_p5jXN8AQM9LWM0D4loKWxJek";

    private static readonly Dictionary<string, VectorExpression> Expressions = new(StringComparer.Ordinal)
    {
        ["github-docs"] = Known("github", text => [("X-Hub-Signature-256", "sha256=" + text)]),
        ["atlassian-docs"] = Custom(new() { Header = "X-Hub-Signature", Algorithm = "hmac-sha256", Prefix = "sha256=" }),
        ["standard-webhooks-v1"] = StandardWebhooks("v1,", "whsec_"),
        ["standard-webhooks-v1-large-1048576"] = StandardWebhooks("v1,", "whsec_"),
        ["standard-webhooks-v1a"] = StandardWebhooks("v1a,", "whpk_"),
        ["stripe"] = Known("stripe", text => [("Stripe-Signature", $"t=1533204620,v1={text},v0=63f3a72374a733066c4be69ed7f8e5ac85c22c9f0a6a612ab9a025a9e4ee7eef")]),
        ["slack"] = Known("slack", text => [("X-Slack-Signature", "v0=" + text), ("X-Slack-Request-Timestamp", "1531420618")]),
        ["shopify-style"] = Known("shopify", text => [("X-Shopify-Hmac-Sha256", text)]),
        ["sendgrid"] = Custom(
            new() { Header = "X-Twilio-Email-Event-Webhook-Signature", Algorithm = "ecdsa-p256-sha256", Encoding = "base64", Content = "{timestamp}{body}", TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp" },
            text => [("X-Twilio-Email-Event-Webhook-Signature", text), ("X-Twilio-Email-Event-Webhook-Timestamp", "1600112502")],
            "base64"),
        ["adyen-platform"] = Custom(new() { Header = "HmacSignature", Algorithm = "hmac-sha256", Encoding = "base64" }, secretFormat: "hex"),
        ["paddle-1"] = Custom(
            new() { Header = "Paddle-Signature", Algorithm = "hmac-sha256", Field = "h1", TimestampField = "ts", Separator = ";", Content = "{timestamp}:{body}" },
            text => [("Paddle-Signature", $"ts=1698796800;h1={text}")]),
        ["square-1"] = Custom(new() { Header = "x-square-hmacsha256-signature", Algorithm = "hmac-sha256", Encoding = "base64", Content = "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9{body}" }),
        ["discord"] = Custom(
            new() { Header = "X-Signature-Ed25519", Algorithm = "ed25519", Content = "{timestamp}{body}", TimestampHeader = "X-Signature-Timestamp" },
            text => [("X-Signature-Ed25519", text), ("X-Signature-Timestamp", "1610000000")]),
        ["wise"] = Custom(new() { Header = "X-Signature-SHA256", Algorithm = "rsa-sha256", Encoding = "base64" }),
        ["sanity-1"] = Custom(
            new() { Header = "sanity-webhook-signature", Algorithm = "hmac-sha256", Encoding = "base64url", Field = "v1", TimestampField = "t", TimestampUnit = "milliseconds", Content = "{timestamp}.{body}" },
            text => [("sanity-webhook-signature", $"t=1633519811129,v1={text}")]),
        ["generic-hmac-sha512"] = Custom(new() { Header = "X-Signature", Algorithm = "hmac-sha512", Prefix = "sha512=" }),
        ["generic-hmac-sha256"] = Custom(new() { Header = "X-Signature", Algorithm = "hmac-sha256", Prefix = "sha256=" }),
        ["generic-hmac-sha1"] = Custom(new() { Header = "X-Signature", Algorithm = "hmac-sha1", Prefix = "sha1=" }),
        ["generic-hmac-sha1-empty"] = Custom(new() { Header = "X-Signature", Algorithm = "hmac-sha1" }),
        ["convoy-simple-sha256-hex"] = Custom(new() { Header = "X-Convoy-Signature", Algorithm = "hmac-sha256" }),
        ["convoy-simple-sha512-b64"] = Custom(new() { Header = "X-Convoy-Signature", Algorithm = "hmac-sha512", Encoding = "base64" }),
        ["convoy-adv-sha256-hex"] = Custom(
            new() { Header = "X-Convoy-Signature", Algorithm = "hmac-sha256", Field = "v1", TimestampField = "t", Content = "{timestamp},{body}" },
            text => [("X-Convoy-Signature", $"t=1700000000,v1={text}")]),
        ["convoy-verifier-sha512-hex"] = Known("begini", text => [("X-Signature", text)]),
        ["hook0-v0"] = Custom(
            new() { Header = "X-Hook0-Signature", Algorithm = "hmac-sha256", Field = "v0", TimestampField = "t", Content = "{timestamp}.{body}" },
            text => [("X-Hook0-Signature", $"t=1800000000,v0={text}")]),
        ["plivo-v2"] = Custom(
            new() { Header = "X-Plivo-Signature-V2", Algorithm = "hmac-sha256", Encoding = "base64", Content = "https://answer.url{id}", IdHeader = "X-Plivo-Signature-V2-Nonce" },
            text => [("X-Plivo-Signature-V2", text), ("X-Plivo-Signature-V2-Nonce", "12345")]) with
        { CoversBody = false },
        ["gogs-create-event"] = Gogs(),
        ["gogs-delete-event"] = Gogs(),
        ["gogs-fork-event"] = Gogs(),
        ["gogs-issues-event"] = Gogs(),
        ["gogs-issue-comment-event"] = Gogs(),
        ["gogs-pull-request-event"] = Gogs(),
        ["gogs-release-event"] = Gogs(),
        ["rfc-hmac-sha1"] = Custom(new() { Header = "X-Signature", Algorithm = "hmac-sha1" }),
        ["rfc-hmac-sha256"] = Custom(new() { Header = "X-Signature", Algorithm = "hmac-sha256" }),
        ["rfc-hmac-sha512"] = Known("begini", text => [("X-Signature", text)]),
        ["rfc8032-ed25519-2"] = Custom(new() { Header = "X-Signature", Algorithm = "ed25519" }),
    };

    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["rfc7515-es512"] = "a token that carries no claims: QiTechTokenTests",
        ["qitech-docs-jwt-candidate-key-1"] = "a token whose body is not published: QiTechTokenTests",
        ["qitech-docs-jwt-candidate-key-2"] = "a token whose body is not published: QiTechTokenTests",
    };

    private static readonly Dictionary<string, string> NotExpressible = new(StringComparer.Ordinal)
    {
        ["twilio-form-https"] = "signs the sorted fields of a form",
        ["twilio-form-http80"] = "signs the sorted fields of a form",
        ["twilio-form-https1234"] = "signs the sorted fields of a form",
        ["twilio-json"] = "signs an address whose query holds the body's hash",
        ["adyen-item"] = "signs members of the body, and is in the body",
        ["adyen-docs"] = "signs members of the body, and is in the body",
        ["hubspot-v1"] = "is a plain hash of key and body, not an HMAC",
        ["hubspot-v2-get"] = "is a plain hash of key and body, not an HMAC",
        ["box-primary"] = "has a timestamp in words (ISO 8601)",
        ["box-secondary"] = "has a timestamp in words (ISO 8601)",
        ["box-emoji"] = "has a timestamp in words (ISO 8601)",
        ["twitch"] = "has a timestamp in words (ISO 8601)",
        ["paypal"] = "has a timestamp in words (ISO 8601), and signs the body's CRC-32",
        ["dropbox-sign-unknown_error"] = "signs members of the body, and is in the body",
        ["dropbox-sign-signature_request_sent"] = "signs members of the body, and is in the body",
        ["messagebird-jwt"] = "is a token of another kind (HS256)",
        ["x-crc"] = "answers a handshake, and is not a webhook",
        ["braintree-challenge"] = "answers a handshake, and is not a webhook",
        ["ebay-challenge"] = "answers a handshake, and is not a webhook",
        ["jira-qsh"] = "is a hash of an address, and no signature",
    };

    public static TheoryData<string> Names => [.. Expressions.Keys];

    [Fact]
    public void Every_published_vector_is_verified_or_named_with_a_reason()
    {
        string[] listed = [.. Expressions.Keys, .. Elsewhere.Keys, .. NotExpressible.Keys];

        Assert.Equal(PublishedVector.All.Keys.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_vector_verifies(string name)
    {
        var (vector, expression, scheme) = Find(name);

        Assert.Equal(VerificationResult.Verified, Verify(vector, expression, scheme, vector.Body, vector.Expected, vector.Key));
        Assert.Equal(expression.CoversBody ? Assurance.Verified : Assurance.Authenticated, scheme.Assurance);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_vector_fails_with_a_bit_of_its_body_changed(string name)
    {
        var (vector, expression, scheme) = Find(name);
        if (!expression.CoversBody)
            return;

        foreach (var index in vector.Body.Length == 0 ? [] : new[] { 0, vector.Body.Length / 2, vector.Body.Length - 1 })
        {
            var body = vector.Body.ToArray();
            body[index] ^= 1;
            Assert.Equal(VerificationResult.SignatureMismatch, Verify(vector, expression, scheme, body, vector.Expected, vector.Key));
        }

        Assert.Equal(VerificationResult.SignatureMismatch, Verify(vector, expression, scheme, [.. vector.Body, 0], vector.Expected, vector.Key));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_vector_fails_with_any_bit_of_its_signature_changed(string name)
    {
        var (vector, expression, scheme) = Find(name);
        var bytes = Decode(vector.Expected, vector.Out);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(VerificationResult.Verified, Verify(vector, expression, scheme, vector.Body, Encode(changed, vector.Out), vector.Key));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_vector_fails_with_any_bit_of_its_signatures_text_changed(string name)
    {
        var (vector, expression, scheme) = Find(name);
        for (var bit = 0; bit < vector.Expected.Length * 8; bit++)
        {
            var changed = vector.Expected.ToCharArray();
            changed[bit / 8] ^= (char)(1 << (bit % 8));

            // The case of a hexadecimal digit is not part of the signature.
            if (vector.Out == "hex" && string.Equals(new string(changed), vector.Expected, StringComparison.OrdinalIgnoreCase))
                continue;

            Assert.NotEqual(VerificationResult.Verified, Verify(vector, expression, scheme, vector.Body, new string(changed), vector.Key));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_published_vector_fails_with_a_bit_of_its_key_changed(string name)
    {
        var (vector, expression, scheme) = Find(name);
        var lines = vector.KeyEnc == "pem" ? vector.Key.Split('\n') : [];
        var encoding = vector.KeyEnc switch { "utf8" => "utf8", "hex" or "raw-hex" => "hex", _ => "base64" };
        var bytes = Decode(vector.KeyEnc == "pem" ? string.Concat(lines[1..^2]) : vector.Key, encoding);
        foreach (var index in new[] { 0, bytes.Length / 2, bytes.Length - 1 })
        {
            var changed = bytes.ToArray();
            changed[index] ^= 1;
            var key = vector.KeyEnc == "pem" ? $"{lines[0]}\n{Encode(changed, "base64")}\n{lines[^2]}\n" : Encode(changed, encoding);
            if (scheme.ParseKey(expression.Secret(key), out _) is null)
                Assert.Equal(VerificationResult.SignatureMismatch, Verify(vector, expression, scheme, vector.Body, vector.Expected, key));
        }
    }

    [Theory]
    [InlineData("standard-webhooks-v1", "whsec_", "v1,")]
    [InlineData("standard-webhooks-v1a", "whpk_", "v1a,")]
    public void The_vectors_of_Standard_Webhooks_are_those_of_Svix(string name, string secretPrefix, string version)
    {
        var vector = PublishedVector.All[name];
        var scheme = Schemes.Create("svix");
        var request = Schemes.Request(vector.Body, ("svix-id", SignedIdOfSeed), ("svix-timestamp", "1614265330"), ("svix-signature", version + vector.Expected));

        Assert.Equal(VerificationResult.Verified, scheme.Verify(request, [scheme.Key(secretPrefix + vector.Key)], DateTimeOffset.FromUnixTimeSeconds(1614265330)));
    }

    private static VectorExpression StandardWebhooks(string version, string secretPrefix) => Known(
        "standard-webhooks",
        text => [("webhook-id", SignedIdOfSeed), ("webhook-timestamp", "1614265330"), ("webhook-signature", version + text)],
        secretPrefix);

    private static VectorExpression Gogs() => Custom(new() { Header = "X-Gogs-Signature", Algorithm = "hmac-sha256" });

    private static (PublishedVector Vector, VectorExpression Expression, SignatureScheme Scheme) Find(string name)
        => (PublishedVector.All[name], Expressions[name], Schemes.Create(Expressions[name].Options));

    private static VerificationResult Verify(PublishedVector vector, VectorExpression expression, SignatureScheme scheme, byte[] body, string signature, string key)
        => scheme.Verify(Schemes.Request(body, expression.Headers(signature)), [scheme.Key(expression.Secret(key))], Time(vector));

    private static DateTimeOffset Time(PublishedVector vector)
    {
        if (!vector.Fields.TryGetValue("ts", out var text))
            return Schemes.Now;

        var count = long.Parse(text, CultureInfo.InvariantCulture);
        return text.Length > 10 ? DateTimeOffset.FromUnixTimeMilliseconds(count) : DateTimeOffset.FromUnixTimeSeconds(count);
    }

    private static byte[] Decode(string text, string encoding) => encoding switch
    {
        "hex" => Convert.FromHexString(text),
        "base64" => Convert.FromBase64String(text),
        "base64url" => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.DecodeBytes(text),
        _ => Encoding.UTF8.GetBytes(text),
    };

    private static string Encode(byte[] bytes, string encoding) => encoding switch
    {
        "hex" => Convert.ToHexStringLower(bytes),
        "base64" => Convert.ToBase64String(bytes),
        "base64url" => Microsoft.IdentityModel.Tokens.Base64UrlEncoder.Encode(bytes),
        _ => Encoding.UTF8.GetString(bytes),
    };
}
