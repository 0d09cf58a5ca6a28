using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// QI Tech: the header AUTHORIZATION is a token, a JWS with ES512 and nothing else. Its claims carry the MD5 of the
/// body, the method, the path and the time. Source: docs.qitech.com.br, "Webhook", sections 1 to 3.
/// </summary>
/// <param name="secretFormat">How the keys are written.</param>
/// <param name="tolerance">How far the token's time may be off, either way, edges included.</param>
/// <param name="publicPath">The path that the sender was given, without a query; null: the request's path.</param>
/// <param name="bodyHash">What the MD5 covers.</param>
/// <param name="comparesClientKey">
/// Whether the header API-CLIENT-KEY must equal the <see cref="ClientKey"/> among the keys.
/// </param>
internal sealed class QiTechScheme(SecretFormat secretFormat, TimeSpan tolerance, string? publicPath, BodyHash bodyHash, bool comparesClientKey) : SignatureScheme
{
    /// <summary>The scheme's name in the catalogue.</summary>
    public const string SchemeName = "qi-tech";

    /// <summary>The header with the token.</summary>
    public const string TokenHeader = "AUTHORIZATION";

    /// <summary>The header with the sender's client key.</summary>
    public const string ClientKeyHeader = "API-CLIENT-KEY";

    private const string TokenAlgorithm = "ES512";

    /// <inheritdoc />
    public override string Name => SchemeName;

    /// <inheritdoc />
    public override Assurance Assurance => Assurance.Verified;

    /// <inheritdoc />
    public override PayloadRules Payload { get; } = new() { EventType = JsonPointer.Parse("/webhook_type") };

    /// <inheritdoc />
    public override string Refusal => SchemeDefinition.DefaultRefusal;

    /// <inheritdoc />
    public override TimeSpan PastTolerance => tolerance;

    /// <summary>What the MD5 covers.</summary>
    public BodyHash BodyHash => bodyHash;

    /// <summary>The path that the sender was given; null: the request's path.</summary>
    public string? PublicPath => publicPath;

    /// <summary>The same scheme with other settings.</summary>
    public QiTechScheme With(string? publicPath, BodyHash bodyHash) => new(secretFormat, tolerance, publicPath, bodyHash, comparesClientKey);

    /// <summary>Parses a key of P-521, public to verify or private to sign as well.</summary>
    /// <inheritdoc />
    public override string? ParseKey(string secret, out VerificationKey? key)
        => EcdsaKey.Parse(secret, SignatureAlgorithm.EcdsaP521Sha512, secretFormat, out key);

    /// <inheritdoc />
    public override VerificationResult Verify(in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now)
    {
        var result = HeaderValue.ReadOne(request.Headers, TokenHeader, out var text);
        if (result != VerificationResult.Verified)
            return result;

        ReadOnlySpan<char> clientKey = default;
        if (comparesClientKey)
        {
            result = HeaderValue.ReadWhole(request.Headers, ClientKeyHeader, out clientKey);
            if (result != VerificationResult.Verified)
                return result;
        }

        result = VerifyToken(text, keys, out var token);
        if (result != VerificationResult.Verified)
            return result;

        result = VerifyClaims(QiTechClaims.Read(token!), request, now);
        if (result != VerificationResult.Verified)
            return result;

        return !comparesClientKey || IsExpected(clientKey, keys) ? VerificationResult.Verified : VerificationResult.ClientKeyMismatch;
    }

    /// <inheritdoc />
    public override ReplayKey ReplayKeyOf(string source, in SignedRequest request, PayloadFacts payload)
    {
        if (ReplayKeyOfPointers(source, payload) is { } ofPointers)
            return ofPointers;

        if (HeaderValue.ReadOne(request.Headers, TokenHeader, out var text) != VerificationResult.Verified
            || !CompactJws.TryParse(text, out var token)
            || QiTechClaims.Read(token) is not { } claims)
        {
            throw new ArgumentException("The request is not one that verified.", nameof(request));
        }

        using var key = ReplayKey.For(source, "claims");
        return key.Add(claims.Method).Add(claims.Uri).Add(claims.PayloadMd5).Build();
    }

    /// <summary>
    /// Signs with an ECDSA key; given a <see cref="ClientKey"/>, sets the header that names it and nothing else.
    /// </summary>
    /// <inheritdoc />
    public override void Sign(IHeaderDictionary headers, in OutgoingWebhook webhook, VerificationKey key)
    {
        if (key is ClientKey clientKey)
        {
            headers[ClientKeyHeader] = Encoding.UTF8.GetString(clientKey.Value);
            return;
        }

        if (key is not EcdsaKey ecdsa)
            throw new InvalidOperationException($"The scheme {Name} does not sign with a key of this kind.");

        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["alg"] = TokenAlgorithm, ["typ"] = "JWT" });
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["payload_md5"] = Convert.ToHexStringLower(Md5Of(webhook.Body.Span)),
            ["timestamp"] = QiTechClaims.Write(webhook.Timestamp),
            ["method"] = webhook.Method,
            ["uri"] = publicPath ?? webhook.Path,
        });
        headers[TokenHeader] = CompactJws.Sign(header, payload, ecdsa);
    }

    private static VerificationResult VerifyToken(ReadOnlySpan<char> text, ReadOnlySpan<VerificationKey> keys, out CompactJws? token)
    {
        if (!CompactJws.TryParse(text, out token)
            || !CompactJws.TryReadObject(token.Header, out var header, out var others)
            || header.ContainsKey("crit") || others.Contains("crit")
            || !header.TryGetValue("alg", out var algorithm))
        {
            return VerificationResult.SignatureMalformed;
        }

        if (algorithm != TokenAlgorithm)
            return VerificationResult.AlgorithmRefused;
        if (!SignatureAlgorithm.EcdsaP521Sha512.Allows(token.Signature.Length))
            return VerificationResult.SignatureMalformed;

        var tried = 0;
        foreach (var key in keys)
        {
            if (key is EcdsaKey ecdsa && tried++ < VerificationKey.MaxPerSource && ecdsa.Verifies(token.SigningInput, token.Signature))
                return VerificationResult.Verified;
        }

        return VerificationResult.SignatureMismatch;
    }

    private VerificationResult VerifyClaims(QiTechClaims? claims, in SignedRequest request, DateTimeOffset now)
    {
        if (claims is null)
            return VerificationResult.SignatureMalformed;
        if (claims.Timestamp is not { } timestamp)
            return VerificationResult.TimestampMalformed;

        var age = new TimeSpan(now.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond - timestamp.UtcTicks);
        if (age > tolerance)
            return VerificationResult.TimestampTooOld;
        if (age < -tolerance)
            return VerificationResult.TimestampTooNew;
        if (claims.Method != request.Method)
            return VerificationResult.MethodMismatch;
        if (claims.Uri != (publicPath ?? request.Path))
            return VerificationResult.AddressMismatch;
        return HashesTo(claims.PayloadMd5, request.Body) ? VerificationResult.Verified : VerificationResult.BodyMismatch;
    }

    private bool HashesTo(byte[] md5, ReadOnlyMemory<byte> body)
        => CryptographicOperations.FixedTimeEquals(Md5Of(body.Span), md5)
        || (bodyHash == BodyHash.JsonDumps
            && PythonJson.TryDump(body, out var dumped)
            && CryptographicOperations.FixedTimeEquals(Md5Of(dumped), md5));

    [SuppressMessage("Security", "CA5351", Justification = "QI Tech names the body by its MD5; the signature over it is ES512.")]
    private static byte[] Md5Of(ReadOnlySpan<byte> body) => MD5.HashData(body);

    private static bool IsExpected(ReadOnlySpan<char> clientKey, ReadOnlySpan<VerificationKey> keys)
    {
        var offered = Encoding.UTF8.GetBytes(clientKey.ToString());
        foreach (var key in keys)
        {
            if (key is ClientKey expected && CryptographicOperations.FixedTimeEquals(expected.Value, offered))
                return true;
        }

        return false;
    }
}
