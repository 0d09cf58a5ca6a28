using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Explains why QI Tech's scheme refused a request: its token says by itself what it was made for. One thing is undone
/// after the other, and the result is verified each time.
/// </summary>
/// <param name="scheme">The scheme.</param>
/// <param name="request">The request.</param>
/// <param name="keys">The keys.</param>
/// <param name="others">Other secrets that are at hand, by name.</param>
/// <param name="at">When the request arrived.</param>
internal sealed class QiTechDiagnosis(QiTechScheme scheme, SignedRequest request, VerificationKey[] keys, IReadOnlyDictionary<string, string> others, DateTimeOffset at)
{
    private const string Bearer = "Bearer ";

    // Every step of the verification can fail, and the headers can in two ways.
    private const int MostSteps = 12;

    private readonly List<string> _causes = [];
    private QiTechScheme _scheme = scheme;
    private SignedRequest _request = request;
    private VerificationKey[] _keys = keys;
    private DateTimeOffset _at = at;

    /// <summary>Explains.</summary>
    /// <param name="result">What the verification found.</param>
    public RequestDiagnosis Explain(VerificationResult result)
    {
        var remaining = result;
        for (var step = 0; step < MostSteps && remaining != VerificationResult.Verified; step++)
        {
            if (!TryUndo(remaining))
                return new(result, _causes, IsExplained: false);
            remaining = Verify(_request);
        }

        return new(result, _causes, remaining == VerificationResult.Verified);
    }

    private VerificationResult Verify(SignedRequest undone) => RequestCheck.Verify(_scheme, undone, _keys, _at);

    /// <summary>Names what is wrong, and undoes it.</summary>
    /// <returns>Whether it could be undone.</returns>
    private bool TryUndo(VerificationResult result)
    {
        var text = _request.Headers[QiTechScheme.TokenHeader].ToString();
        var token = CompactJws.TryParse(text, out var parsed) ? parsed : null;
        var claims = token is null ? null : QiTechClaims.Read(token);
        return result switch
        {
            VerificationResult.HeaderMissing when text.Length == 0 => FindToken($"The header {QiTechScheme.TokenHeader} is missing."),
            VerificationResult.HeaderAmbiguous when Tokens().Count > 1 => FindToken($"The header {QiTechScheme.TokenHeader} has {Tokens().Count} different values, none of them genuine."),
            VerificationResult.HeaderMissing => SetClientKey("is missing"),
            VerificationResult.HeaderAmbiguous => SetClientKey("has different values"),
            VerificationResult.ClientKeyMismatch => SetClientKey("is not the configured client key"),
            VerificationResult.SignatureMalformed => Unwrap(text, token, claims),
            VerificationResult.AlgorithmRefused when token is not null => NameAlgorithm(token),
            VerificationResult.SignatureMismatch => FindKey(),
            VerificationResult.TimestampTooOld or VerificationResult.TimestampTooNew when claims?.Timestamp is { } timestamp => MoveTo(timestamp),
            VerificationResult.MethodMismatch when claims is not null =>
                Undone($"The token was made for {claims.Method}, and the request is {_request.Method}.", _request with { Method = claims.Method }),
            VerificationResult.AddressMismatch when claims is not null => SetPath(claims.Uri),
            VerificationResult.BodyMismatch when claims is not null => FindBody(claims),
            _ => Stopped(result.Sentence()),
        };
    }

    private List<Variant<string>> Tokens() => [.. HeaderVariants.Of(_request.Headers, QiTechScheme.TokenHeader, "token", isSingle: true)];

    private bool FindToken(string missing)
    {
        // The one that a key of the source made; where none did, another key may have made any of them.
        var found = Tokens().Where(variant => variant.Cost > 0 && CompactJws.TryParse(Unwrapped(variant.Value), out _))
            .OrderBy(variant => Verify(WithHeader(QiTechScheme.TokenHeader, Unwrapped(variant.Value))) == VerificationResult.SignatureMismatch)
            .Take(1)
            .ToList();
        return found is [var token] ? Undone(token.Causes[0], WithHeader(QiTechScheme.TokenHeader, token.Value)) : Stopped(missing);
    }

    private bool SetClientKey(string problem)
    {
        var cause = $"The header {QiTechScheme.ClientKeyHeader} {problem}.";
        return _keys.OfType<ClientKey>().FirstOrDefault() is { } key
            ? Undone(cause, WithHeader(QiTechScheme.ClientKeyHeader, System.Text.Encoding.UTF8.GetString(key.Value)))
            : Stopped(cause);
    }

    private bool Unwrap(string text, CompactJws? token, QiTechClaims? claims)
    {
        if (Unwrapped(text) is var unwrapped && unwrapped != text)
        {
            return Undone(
                text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                    ? $"'{Bearer.Trim()}' is before the token, and the sender writes the token alone."
                    : "The token is in quotes or spaces.",
                WithHeader(QiTechScheme.TokenHeader, unwrapped));
        }

        return Stopped(token is null ? $"The header {QiTechScheme.TokenHeader} is not a token: that is three parts of base64url with points between them."
            : claims is null ? "The token does not have the claims payload_md5 (32 hexadecimal digits), timestamp, method and uri, each once and as text."
            : VerificationResult.SignatureMalformed.Sentence());
    }

    private bool NameAlgorithm(CompactJws token)
        => Stopped(CompactJws.TryReadObject(token.Header, out var header, out _) && header.TryGetValue("alg", out var algorithm)
            ? $"The token names the algorithm '{algorithm}', and the scheme demands ES512."
            : VerificationResult.AlgorithmRefused.Sentence());

    private bool FindKey()
    {
        foreach (var (name, secret) in others)
        {
            if (_scheme.ReadKeys(secret, out var read) is not null)
                continue;

            VerificationKey[] other = [.. read, .. _keys.OfType<ClientKey>()];
            if (RequestCheck.Verify(_scheme, _request, other, _at) == VerificationResult.SignatureMismatch)
                continue;

            _keys = other;
            return Undone($"The token is signed with another key: '{name}'.", _request);
        }

        return Stopped("The token is made with another key: ask the sender for its current public key.");
    }

    private bool MoveTo(DateTimeOffset timestamp)
    {
        var age = _at - timestamp;
        _at = timestamp;
        return Undone(
            age > TimeSpan.Zero
                ? $"The token is {TimeSpanText.Describe(age)} old, and {TimeSpanText.Describe(_scheme.PastTolerance)} are allowed: the request was sent again or held up, or a clock is wrong. To verify it as of when it arrived, give --at."
                : $"The token's time lies {TimeSpanText.Describe(age)} in the future, and {TimeSpanText.Describe(_scheme.PastTolerance)} are allowed: a clock is wrong.",
            _request);
    }

    private bool SetPath(string uri)
    {
        var came = _request with { Path = uri };
        if (Verify(came) != VerificationResult.AddressMismatch)
            return Undone($"The token was made for the path {uri}, and the request came to {_request.Path}: set PublicPath to the path that the sender was given.", came);

        _scheme = _scheme.With(publicPath: uri, _scheme.BodyHash);
        return Undone($"The token was made for the path {uri}, and PublicPath is another: set it to the path that the sender was given.", came);
    }

    private bool FindBody(QiTechClaims claims)
    {
        var variants = BodyVariants.Of(_request.Body.ToArray());
        foreach (var (body, isDumped) in variants.Where(body => body.Cost <= 1 && !body.Causes.Any(BodyVariants.IsReserialisation)).Select(body => (body, false))
            .Concat(variants.SelectMany(body => new[] { (body, true), (body, false) })))
        {
            if (!HashesTo(claims.PayloadMd5, body.Value, isDumped))
                continue;

            _causes.AddRange(body.Causes);
            if (isDumped && _scheme.BodyHash == BodyHash.Raw)
            {
                _causes.Add("The token hashes the body as Python's json.dumps writes it. The source hashes the bytes as they came: set BodyHash to json-dumps.");
                _scheme = _scheme.With(_scheme.PublicPath, BodyHash.JsonDumps);
            }

            _request = _request with { Body = body.Value };
            return true;
        }

        return Stopped("No other reading of the body that is known has the MD5 that the token names: the body is another one.");
    }

    private bool Undone(string cause, SignedRequest undone)
    {
        _causes.Add(cause);
        _request = undone;
        return true;
    }

    private bool Stopped(string cause)
    {
        _causes.Add(cause);
        return false;
    }

    private SignedRequest WithHeader(string name, string value)
        => _request with { Headers = new HeaderDictionary(_request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)) { [name] = value } };

    private static string Unwrapped(string text)
        => (text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..] : text).Trim('"', '\'', ' ');

    private static bool HashesTo(byte[] md5, byte[] body, bool isDumped)
        => isDumped ? PythonJson.TryDump(body, out var dumped) && Md5Of(dumped).AsSpan().SequenceEqual(md5) : Md5Of(body).AsSpan().SequenceEqual(md5);

    [SuppressMessage("Security", "CA5351", Justification = "QI Tech names the body by its MD5; the signature over it is ES512.")]
    private static byte[] Md5Of(ReadOnlySpan<byte> body) => MD5.HashData(body);
}
