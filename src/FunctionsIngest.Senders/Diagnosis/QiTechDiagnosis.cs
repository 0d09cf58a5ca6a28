using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>Explains why QI Tech's scheme refused a request: its token says by itself what it was made for.</summary>
/// <param name="scheme">The scheme.</param>
/// <param name="request">The request.</param>
/// <param name="keys">The keys.</param>
/// <param name="others">Other secrets that are at hand, by name.</param>
/// <param name="at">When the request arrived.</param>
internal sealed class QiTechDiagnosis(SignatureScheme scheme, SignedRequest request, VerificationKey[] keys, IReadOnlyDictionary<string, string> others, DateTimeOffset at)
{
    private const string Bearer = "Bearer ";

    /// <summary>Explains.</summary>
    /// <returns>The causes, and whether they are all that is wrong.</returns>
    public (IReadOnlyList<string> Causes, bool IsExplained) Explain(VerificationResult result)
    {
        var text = request.Headers[QiTechScheme.TokenHeader].ToString();
        var claims = CompactJws.TryParse(text, out var token) ? QiTechClaims.Read(token) : null;
        return result switch
        {
            VerificationResult.HeaderMissing => ([$"The header {(text.Length == 0 ? QiTechScheme.TokenHeader : QiTechScheme.ClientKeyHeader)} is missing."], false),
            VerificationResult.SignatureMalformed when text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) => ExplainBearer(text),
            VerificationResult.SignatureMismatch => ExplainMismatch(),
            VerificationResult.TimestampTooOld or VerificationResult.TimestampTooNew when claims?.Timestamp is { } timestamp => ExplainTime(timestamp),
            VerificationResult.MethodMismatch when claims is not null => ([$"The token was made for {claims.Method}, and the request is {request.Method}."], true),
            VerificationResult.AddressMismatch when claims is not null =>
                ([$"The token was made for the path {claims.Uri}, and the request came to {request.Path}: set PublicPath to the path that the sender was given."], true),
            VerificationResult.BodyMismatch when claims is not null => ExplainBody(claims),
            VerificationResult.ClientKeyMismatch => ([$"The header {QiTechScheme.ClientKeyHeader} is not the configured client key."], true),
            _ => ([], false),
        };
    }

    private (IReadOnlyList<string>, bool) ExplainBearer(string text)
    {
        var headers = new HeaderDictionary(request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)) { [QiTechScheme.TokenHeader] = text[Bearer.Length..] };
        return scheme.Verify(request with { Headers = headers }, keys, at) == VerificationResult.Verified
            ? ([$"'{Bearer.Trim()}' is before the token, and the sender writes the token alone."], true)
            : ([$"'{Bearer.Trim()}' is before the token, and without it the token is not genuine either."], false);
    }

    private (IReadOnlyList<string>, bool) ExplainMismatch()
    {
        foreach (var (name, secret) in others)
        {
            if (scheme.ReadKeys(secret, out var read) is null && scheme.Verify(request, [.. read, .. keys.OfType<ClientKey>()], at) != VerificationResult.SignatureMismatch)
                return ([$"The token is signed with another key: '{name}'."], true);
        }

        return (["The token is made with another key: ask the sender for its current public key."], false);
    }

    private (IReadOnlyList<string>, bool) ExplainTime(DateTimeOffset timestamp)
    {
        var age = at - timestamp;
        return ([age > TimeSpan.Zero
            ? $"The token is {TimeSpanText.Describe(age)} old, and {TimeSpanText.Describe(scheme.PastTolerance)} are allowed: the request was sent again or held up, or a clock is wrong. To verify it as of when it arrived, give --at."
            : $"The token's time lies {TimeSpanText.Describe(age)} in the future, and {TimeSpanText.Describe(scheme.PastTolerance)} are allowed: a clock is wrong."], true);
    }

    private (IReadOnlyList<string>, bool) ExplainBody(QiTechClaims claims)
    {
        foreach (var body in BodyVariants.Of(request.Body.ToArray()))
        {
            if (Md5Of(body.Value).AsSpan().SequenceEqual(claims.PayloadMd5))
                return (body.Causes, true);
        }

        return (["No other reading of the body that is known has the MD5 that the token names: the body is another one."], false);
    }

    [SuppressMessage("Security", "CA5351", Justification = "QI Tech names the body by its MD5; the signature over it is ES512.")]
    private static byte[] Md5Of(byte[] body) => MD5.HashData(body);
}
