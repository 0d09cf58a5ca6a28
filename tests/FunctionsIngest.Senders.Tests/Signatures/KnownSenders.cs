using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using NSec.Cryptography;
using Edwards = NSec.Cryptography.SignatureAlgorithm;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>
/// The senders that the tests know. What they sign, and how, follows their documents and nothing of the product.
/// </summary>
internal static class KnownSenders
{
    /// <summary>The id that senders with a signed id use.</summary>
    public const string Id = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

    /// <summary>The path that QI Tech's token is made for.</summary>
    public const string Path = "/webhooks/tested";

    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);
    private static readonly string P521 = NewP521();
    private static readonly string OtherP521 = NewP521();

    public static IReadOnlyList<Sender> All { get; } =
    [
        new("begini", "api-key-1", "api-key-2", "X-Signature", (body, _, secret) =>
            [("X-Signature", Hex(HmacSha512(Utf8(secret), body)))]),

        new("standard-webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "webhook-signature", (body, time, secret) =>
            StandardWebhooks("webhook", body, time, content => "v1," + Convert.ToBase64String(HmacSha256(Convert.FromBase64String(secret[6..]), content))))
        {
            Tolerance = (FiveMinutes, FiveMinutes),
            HeaderHasCommas = true,
        },

        new("standard-webhooks", "a plain secret", "another plain secret", "webhook-signature", (body, time, secret) =>
            StandardWebhooks("webhook", body, time, content => "v1," + Convert.ToBase64String(HmacSha256(Utf8(secret), content))))
        {
            Tolerance = (FiveMinutes, FiveMinutes),
            HeaderHasCommas = true,
        },

        new("standard-webhooks", NewEd25519(), NewEd25519(), "webhook-signature", (body, time, secret) =>
            StandardWebhooks("webhook", body, time, content => "v1a," + Convert.ToBase64String(Edwards.Ed25519.Sign(Private(secret), content))))
        {
            Configured = secret => "whpk_" + Convert.ToBase64String(Private(secret).PublicKey.Export(KeyBlobFormat.RawPublicKey)),
            Tolerance = (FiveMinutes, FiveMinutes),
            HeaderHasCommas = true,
        },

        new("svix", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "svix-signature", (body, time, secret) =>
            StandardWebhooks("svix", body, time, content => "v1," + Convert.ToBase64String(HmacSha256(Convert.FromBase64String(secret[6..]), content))))
        {
            Tolerance = (FiveMinutes, FiveMinutes),
            HeaderHasCommas = true,
        },

        new("aghanim", "s2s-key-1", "s2s-key-2", "x-aghanim-signature", (body, time, secret) =>
            [
                ("x-aghanim-signature", Hex(HmacSha256(Utf8(secret), [.. Utf8(Seconds(time) + "."), .. body]))),
                ("x-aghanim-signature-timestamp", Seconds(time)),
            ])
        {
            Tolerance = (TimeSpan.FromDays(3), FiveMinutes),
        },

        new("qi-tech", P521, OtherP521, "AUTHORIZATION", (body, time, secret) =>
            [("AUTHORIZATION", Token(body, time, secret))])
        {
            Configured = PublicPem,
            Tolerance = (FiveMinutes, FiveMinutes),
            Resolution = TimeSpan.FromMicroseconds(1),
            FormFirst = true,
            TellsBodyApart = true,
        },

        new("github", "It's a Secret", "It's another Secret", "X-Hub-Signature-256", (body, _, secret) =>
            [("X-Hub-Signature-256", "sha256=" + Hex(HmacSha256(Utf8(secret), body)))]),

        new("stripe", "whsec_one", "whsec_two", "Stripe-Signature", (body, time, secret) =>
            [("Stripe-Signature", $"t={Seconds(time)},v1={Hex(HmacSha256(Utf8(secret), [.. Utf8(Seconds(time) + "."), .. body]))}")])
        {
            Tolerance = (FiveMinutes, FiveMinutes),
            HeaderHasCommas = true,
        },

        new("slack", "8f742231b10e8888abcd99yyyzzz85a5", "another", "X-Slack-Signature", (body, time, secret) =>
            [
                ("X-Slack-Signature", "v0=" + Hex(HmacSha256(Utf8(secret), [.. Utf8($"v0:{Seconds(time)}:"), .. body]))),
                ("X-Slack-Request-Timestamp", Seconds(time)),
            ])
        {
            Tolerance = (FiveMinutes, FiveMinutes),
        },

        new("shopify", "client secret", "another client secret", "X-Shopify-Hmac-Sha256", (body, _, secret) =>
            [("X-Shopify-Hmac-Sha256", Convert.ToBase64String(HmacSha256(Utf8(secret), body)))]),
    ];

    /// <summary>A token of QI Tech for a body.</summary>
    public static string Token(byte[] body, DateTimeOffset time, string privatePem)
        => Token(QiTechClaims(Md5(body), time), privatePem);

    /// <summary>A token with any payload.</summary>
    public static string Token(string payload, string privatePem, string algorithm = "ES512")
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(privatePem);
        var credentials = new SigningCredentials(new ECDsaSecurityKey(ecdsa), algorithm)
        {
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        return new JsonWebTokenHandler().CreateToken(payload, credentials);
    }

    /// <summary>The claims that QI Tech documents.</summary>
    public static string QiTechClaims(string md5, DateTimeOffset time, string method = "POST", string uri = Path) => JsonSerializer.Serialize(new
    {
        payload_md5 = md5,
        timestamp = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        method,
        uri,
    });

    /// <summary>The public half of a private key in PEM.</summary>
    public static string PublicPem(string privatePem)
    {
        using var ecdsa = ECDsa.Create();
        ecdsa.ImportFromPem(privatePem);
        return ecdsa.ExportSubjectPublicKeyInfoPem();
    }

    public static string NewP521()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        return ecdsa.ExportPkcs8PrivateKeyPem();
    }

    public static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    [SuppressMessage("Security", "CA5351", Justification = "QI Tech's documents say so.")]
    public static string Md5(byte[] body) => Hex(MD5.HashData(body));

    private static byte[] HmacSha256(byte[] key, byte[] content)
    {
        using var hmac = new HMACSHA256(key);
        return hmac.ComputeHash(content);
    }

    private static byte[] HmacSha512(byte[] key, byte[] content)
    {
        using var hmac = new HMACSHA512(key);
        return hmac.ComputeHash(content);
    }

    private static (string Name, string Value)[] StandardWebhooks(string prefix, byte[] body, DateTimeOffset time, Func<byte[], string> sign) =>
    [
        ($"{prefix}-id", Id),
        ($"{prefix}-timestamp", Seconds(time)),
        ($"{prefix}-signature", sign([.. Utf8($"{Id}.{Seconds(time)}."), .. body])),
    ];

    private static string NewEd25519() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static Key Private(string secret) => Key.Import(Edwards.Ed25519, Convert.FromBase64String(secret), KeyBlobFormat.RawPrivateKey);
}
