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
/// <param name="publicPath">
/// The path that the sender was given, with a query if it has one; null: the request's path.
/// </param>
/// <param name="bodyHash">What the MD5 covers.</param>
/// <param name="comparesClientKey">
/// Whether the header API-CLIENT-KEY must equal the <see cref="ClientKey"/> among the keys.
/// </param>
/// <param name="signsBeforeCompression">Whether the MD5 covers the body before it was compressed.</param>
internal sealed class QiTechScheme(
    SecretFormat secretFormat, TimeSpan tolerance, string? publicPath, BodyHash bodyHash, bool comparesClientKey, bool signsBeforeCompression = false)
    : SignatureScheme
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

    /// <inheritdoc />
    public override bool SignsBeforeCompression => signsBeforeCompression;

    /// <summary>What the MD5 covers.</summary>
    public BodyHash BodyHash => bodyHash;

    /// <summary>The path that the sender was given; null: the request's path.</summary>
    public string? PublicPath => publicPath;

    /// <summary>The same scheme with other settings.</summary>
    public QiTechScheme With(string? publicPath, BodyHash bodyHash) => new(secretFormat, tolerance, publicPath, bodyHash, comparesClientKey, signsBeforeCompression);

    /// <summary>Parses a key of P-521, public to verify or private to sign as well.</summary>
    /// <inheritdoc />
    public override string? ParseKey(string secret, out VerificationKey? key)
        => EcdsaKey.Parse(secret, SignatureAlgorithm.EcdsaP521Sha512, secretFormat, out key);

    /// <inheritdoc />
    public override VerificationResult Verify(
        in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now, out VerifiedContent content)
    {
        content = default;
        var result = ReadHead(request, now, out var token, out var claims, out var clientKey);
        if (result != VerificationResult.Verified)
            return result;
        if (!VerifiesAny(token!, keys))
            return VerificationResult.SignatureMismatch;
        if (!TryFindBody(claims!.PayloadMd5, request.Body, out var body))
            return VerificationResult.BodyMismatch;
        if (comparesClientKey && !IsExpected(clientKey, keys) && !IsExpected(HeaderValue.Unjoin(clientKey), keys))
            return VerificationResult.ClientKeyMismatch;

        content = new VerifiedContent(body) { Method = claims.Method, Path = claims.Uri, BodyHash = claims.PayloadMd5, HasBody = true };
        return VerificationResult.Verified;
    }

    /// <inheritdoc />
    protected override VerificationResult CheckSignatureHead(in SignedRequest request, DateTimeOffset now)
        => ReadHead(request, now, out _, out _, out _);

    /// <summary>
    /// Signs with an ECDSA key; given a <see cref="ClientKey"/>, sets the header that names it and nothing else.
    /// </summary>
    /// <inheritdoc />
    public override void Sign(IHeaderDictionary headers, in OutgoingWebhook webhook, VerificationKey key)
    {
        if (key is ClientKey clientKey)
        {
            headers[ClientKeyHeader] = Encoding.Latin1.GetString(clientKey.Value);
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

    private VerificationResult ReadHead(
        in SignedRequest request, DateTimeOffset now, out CompactJws? token, out QiTechClaims? claims, out ReadOnlySpan<char> clientKey)
    {
        token = null;
        claims = null;
        clientKey = default;
        var result = HeaderValue.ReadOne(request.Headers, TokenHeader, out var text);
        if (result == VerificationResult.Verified && comparesClientKey)
            result = HeaderValue.ReadWhole(request.Headers, ClientKeyHeader, out clientKey);
        if (result == VerificationResult.Verified)
            result = ReadToken(text, out token);
        if (result != VerificationResult.Verified)
            return result;

        claims = QiTechClaims.Read(token!);
        return claims is null ? VerificationResult.SignatureMalformed : CheckClaims(claims, request, now);
    }

    private static VerificationResult ReadToken(ReadOnlySpan<char> text, out CompactJws? token)
    {
        if (!CompactJws.TryParse(text, out token)
            || !CompactJws.TryReadObject(token.Header, out var header, out var others)
            || header.ContainsKey("crit") || others.ContainsKey("crit")
            || !header.TryGetValue("alg", out var algorithm))
        {
            return VerificationResult.SignatureMalformed;
        }

        return algorithm != TokenAlgorithm ? VerificationResult.AlgorithmRefused
            : !SignatureAlgorithm.EcdsaP521Sha512.Allows(token.Signature.Length) ? VerificationResult.SignatureMalformed
            : VerificationResult.Verified;
    }

    private VerificationResult CheckClaims(QiTechClaims claims, in SignedRequest request, DateTimeOffset now)
    {
        if (claims.Timestamp is not { } timestamp)
            return VerificationResult.TimestampMalformed;

        var age = new TimeSpan(now.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond - timestamp.UtcTicks);
        if (age > tolerance)
            return VerificationResult.TimestampTooOld;
        if (age < -tolerance)
            return VerificationResult.TimestampTooNew;
        if (claims.CheckValidity(now) is not VerificationResult.Verified and var outside)
            return outside;
        if (claims.Method != request.Method)
            return VerificationResult.MethodMismatch;
        return claims.Uri == (publicPath ?? request.Path) ? VerificationResult.Verified : VerificationResult.AddressMismatch;
    }

    private static bool VerifiesAny(CompactJws token, ReadOnlySpan<VerificationKey> keys)
    {
        var tried = 0;
        foreach (var key in keys)
        {
            if (key is EcdsaKey ecdsa && tried++ < VerificationKey.MaxPerSource && ecdsa.Verifies(token.SigningInput, token.Signature))
                return true;
        }

        return false;
    }

    /// <summary>
    /// The body in the form that was hashed. Readers differ on repeated members, so that only that form is handed on.
    /// </summary>
    private bool TryFindBody(byte[] md5, ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> hashed)
    {
        hashed = body;
        if (CryptographicOperations.FixedTimeEquals(Md5Of(body.Span), md5))
            return true;
        if (bodyHash != BodyHash.JsonDumps || !PythonJson.TryDump(body, out var dumped) || !CryptographicOperations.FixedTimeEquals(Md5Of(dumped), md5))
            return false;

        hashed = dumped.ToArray();
        return true;
    }

    [SuppressMessage("Security", "CA5351", Justification = "QI Tech names the body by its MD5; the signature over it is ES512.")]
    private static byte[] Md5Of(ReadOnlySpan<byte> body) => MD5.HashData(body);

    private static bool IsExpected(ReadOnlySpan<char> clientKey, ReadOnlySpan<VerificationKey> keys)
    {
        Span<byte> buffer = stackalloc byte[SignatureAlgorithmExtensions.MaxSignatureLength];
        if (!HeaderValue.TryGetBytes(clientKey, buffer, out var length))
            return false;

        var offered = buffer[..length];
        foreach (var key in keys)
        {
            if (key is ClientKey expected && CryptographicOperations.FixedTimeEquals(expected.Value, offered))
                return true;
        }

        return false;
    }
}
