using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace FunctionsIngest.Testing;

/// <summary>Webhooks, signed by the documents of their senders and not by the product.</summary>
public static class Genuine
{
    /// <summary>The key of the source <c>begini</c>.</summary>
    public const string BeginiKey = "begini-key-of-the-tests";

    /// <summary>The secret of the source <c>standard</c>.</summary>
    public const string StandardSecret = "whsec_N2CdY7EqsGBMfhUUMPF9D2jYy3uvwTgL";

    /// <summary>The secret of the source <c>aghanim</c>.</summary>
    public const string AghanimSecret = "aghanim-test-secret";

    /// <summary>The time by the real clock.</summary>
    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>The settings that add the source <c>qitech</c>, with the public half of a key.</summary>
    public static Dictionary<string, string?> QiTechSettings(ECDsa key) => new()
    {
        ["Webhooks:Sources:qitech:Scheme"] = "qi-tech",
        ["Webhooks:Sources:qitech:Secrets:0"] = "qitech-public-key",
        ["Secrets:qitech-public-key"] = key.ExportSubjectPublicKeyInfoPem(),
    };

    /// <summary>An unsigned webhook.</summary>
    public static HttpRequestMessage Post(string source, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{source}") { Content = content };
    }

    /// <summary>Begini: hexadecimal HMAC-SHA512 of the body.</summary>
    public static HttpRequestMessage Begini(byte[] body, string key = BeginiKey)
    {
        var request = Post("begini", body);
        request.Headers.Add("X-Signature", Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(key), body)));
        return request;
    }

    /// <summary>Begini, with a text for a body.</summary>
    public static HttpRequestMessage Begini(string body, string key = BeginiKey) => Begini(Encoding.UTF8.GetBytes(body), key);

    /// <summary>Aghanim: hexadecimal HMAC-SHA256 of <c>{timestamp}.{body}</c>.</summary>
    public static HttpRequestMessage Aghanim(byte[] body, DateTimeOffset? at = null, string secret = AghanimSecret)
    {
        var timestamp = Seconds(at ?? Now);
        var request = Post("aghanim", body);
        request.Headers.Add("x-aghanim-signature-timestamp", timestamp);
        request.Headers.Add("x-aghanim-signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Join(timestamp + ".", body))));
        return request;
    }

    /// <summary>Aghanim, with a text for a body.</summary>
    public static HttpRequestMessage Aghanim(string body, DateTimeOffset? at = null) => Aghanim(Encoding.UTF8.GetBytes(body), at);

    /// <summary>
    /// Standard Webhooks: Base64 HMAC-SHA256 of <c>{id}.{timestamp}.{body}</c>, keyed with what follows <c>whsec_</c>.
    /// </summary>
    public static HttpRequestMessage Standard(string id, byte[] body, DateTimeOffset? at = null, string source = "standard")
    {
        var timestamp = Seconds(at ?? Now);
        var key = Convert.FromBase64String(StandardSecret["whsec_".Length..]);
        var request = Post(source, body);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Join($"{id}.{timestamp}.", body))));
        return request;
    }

    /// <summary>QI Tech: an ES512 token whose claims carry the body's MD5, the method, the path and the time.</summary>
    public static HttpRequestMessage QiTech(byte[] body, ECDsa key, DateTimeOffset? at = null)
    {
        var claims = JsonSerializer.Serialize(new
        {
#pragma warning disable CA5351 // The sender's choice, and not what the signature rests on.
            payload_md5 = Convert.ToHexStringLower(MD5.HashData(body)),
#pragma warning restore CA5351
            timestamp = (at ?? Now).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            method = "POST",
            uri = "/webhooks/qitech",
        });
        var signed = $"{Base64Url.EncodeToString("""{"alg":"ES512","typ":"JWT"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA512);
        var request = Post("qitech", body);
        request.Headers.TryAddWithoutValidation("AUTHORIZATION", $"{signed}.{Base64Url.EncodeToString(signature)}");
        return request;
    }

    /// <summary>Says that the body is coded: by <c>gzip</c>, <c>br</c> or <c>deflate</c>.</summary>
    public static HttpRequestMessage Coded(this HttpRequestMessage request, string coding, byte[]? body = null)
    {
        if (body is not null)
        {
            var type = request.Content!.Headers.ContentType;
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = type;
        }

        request.Content!.Headers.ContentEncoding.Add(coding);
        return request;
    }

    /// <summary>Names another type for the body.</summary>
    public static HttpRequestMessage Typed(this HttpRequestMessage request, string mediaType)
    {
        request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return request;
    }

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] Join(string before, byte[] body) => [.. Encoding.UTF8.GetBytes(before), .. body];
}
