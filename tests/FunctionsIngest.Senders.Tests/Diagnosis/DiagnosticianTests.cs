using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Diagnosis;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Diagnosis;

/// <summary>Requests with one thing wrong, or two, and the cause that is named for each.</summary>
public sealed class DiagnosticianTests
{
    private const string Secret = "a secret of some length, 0123456789";
    private const string WhSec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string Body = """{"uid":"1","name":"Zoë / Łódź","nested":{"amount":1000.50,"list":[1,2]}}""";

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly (string Private, string Public) P521 = NewP521();

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Dictionary<string, Case> Cases { get; } = new(StringComparer.Ordinal)
    {
        ["body: last newline lost"] = new("begini", VerificationResult.SignatureMismatch, "lost its last newline")
        {
            SignedBody = Body + "\n",
            Corrupt = request => request.Body = Utf8(Body),
        },
        ["body: newline added"] = new("begini", VerificationResult.SignatureMismatch, "A newline was put at the body's end") { Corrupt = request => request.Body = Utf8(Body + "\n") },
        ["body: CR LF became LF"] = new("begini", VerificationResult.SignatureMismatch, "signed with CR LF")
        {
            SignedBody = "{\r\n\"a\": 1\r\n}",
            Corrupt = request => request.Body = Utf8("{\n\"a\": 1\n}"),
        },
        ["body: byte order mark added"] = new("begini", VerificationResult.SignatureMismatch, "byte order mark was put before")
        {
            Corrupt = request => request.Body = [0xEF, 0xBB, 0xBF, .. request.Body],
        },
        ["body: written again by Python"] = new("begini", VerificationResult.SignatureMismatch, "signed without spaces, as JavaScript's")
        {
            Corrupt = request => request.Body = Utf8("""{"uid": "1", "name": "Zo\u00eb / \u0141\u00f3d\u017a", "nested": {"amount": 1000.50, "list": [1, 2]}}"""),
        },
        ["body: Python's, written again without spaces"] = new("aghanim", VerificationResult.SignatureMismatch, "as Python's json.dumps writes it.")
        {
            SignedBody = """{"uid": "1", "name": "Zo\u00eb"}""",
            Corrupt = request => request.Body = Utf8("""{"uid":"1","name":"Zoë"}"""),
        },
        ["body: PHP's, written again without spaces"] = new("github", VerificationResult.SignatureMismatch, "PHP's json_encode")
        {
            SignedBody = """{"url":"https:\/\/example.com\/\u00eb"}""",
            Corrupt = request => request.Body = Utf8("""{"url":"https://example.com/ë"}"""),
        },
        ["body: indented, written again without spaces"] = new("stripe", VerificationResult.SignatureMismatch, "indented by two spaces")
        {
            SignedBody = "{\n  \"id\": \"evt_1\",\n  \"data\": {}\n}",
            Corrupt = request => request.Body = Utf8("""{"id":"evt_1","data":{}}"""),
        },
        ["body: decoded as Latin-1"] = new("begini", VerificationResult.SignatureMismatch, "read as Latin-1")
        {
            SignedBody = """{"name":"Zoë"}""",
            Corrupt = request => request.Body = Utf8(Encoding.Latin1.GetString(request.Body)),
        },
        ["body: base64 of a gateway"] = new("begini", VerificationResult.SignatureMismatch, "encoded as base64")
        {
            Corrupt = request => request.Body = Utf8(Convert.ToBase64String(request.Body)),
        },
        ["body: compressed without Content-Encoding"] = new("begini", VerificationResult.SignatureMismatch, "compressed (gzip)") { Corrupt = request => request.Body = Gzip(request.Body) },
        ["body: signed when it had been read"] = new("begini", VerificationResult.SignatureMismatch, "over an empty body")
        {
            SignedBody = "",
            Corrupt = request => request.Body = Utf8(Body),
        },
        ["digest: SHA-256 where SHA-512 is due"] = new("begini", VerificationResult.SignatureMalformed, "signed with HMAC-SHA-256, and the scheme demands HMAC-SHA-512")
        {
            Corrupt = request => request.Headers["X-Signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(Utf8(Secret), request.Body)),
        },
        ["digest: no key in it"] = new("begini", VerificationResult.SignatureMismatch, "plain SHA-512 of the content, without the secret")
        {
            Corrupt = request => request.Headers["X-Signature"] = Convert.ToHexStringLower(SHA512.HashData(request.Body)),
        },
        ["signature: base64 where hex is due"] = new("begini", VerificationResult.SignatureMalformed, "written as base64, and the scheme writes it as hexadecimal digits")
        {
            Corrupt = request => request.Headers["X-Signature"] = Convert.ToBase64String(Convert.FromHexString(request.Headers["X-Signature"].ToString())),
        },
        ["signature: prefix missing"] = new("github", VerificationResult.SignatureMalformed, "lacks its prefix, 'sha256='")
        {
            Corrupt = request => request.Headers["X-Hub-Signature-256"] = request.Headers["X-Hub-Signature-256"].ToString()["sha256=".Length..],
        },
        ["signature: prefix where none is due"] = new("begini", VerificationResult.SignatureMalformed, "'sha512=' is before the signature")
        {
            Corrupt = request => request.Headers["X-Signature"] = "sha512=" + request.Headers["X-Signature"],
        },
        ["signature: of another version"] = new("standard-webhooks", VerificationResult.SignatureMalformed, "labelled 'v2,', a version that the scheme does not know")
        {
            Corrupt = request => request.Headers["webhook-signature"] = "v2," + request.Headers["webhook-signature"].ToString()["v1,".Length..],
        },
        ["signature: cut off"] = new("begini", VerificationResult.SignatureMalformed, "cut off: it has 32 of its 64 bytes")
        {
            Corrupt = request => request.Headers["X-Signature"] = request.Headers["X-Signature"].ToString()[..64],
        },
        ["signature: in quotes"] = new("begini", VerificationResult.SignatureMalformed, "in quotes") { Corrupt = request => request.Headers["X-Signature"] = $"\"{request.Headers["X-Signature"]}\"" },
        ["header: another name"] = new("begini", VerificationResult.HeaderMissing, "is in the header X-Begini-Signature")
        {
            Corrupt = request => Move(request.Headers, "X-Signature", "X-Begini-Signature"),
        },
        ["header: signature missing"] = new("begini", VerificationResult.HeaderMissing, "The header X-Signature is missing.") { Corrupt = request => request.Headers.Remove("X-Signature"), IsUnexplained = true },
        ["header: timestamp missing"] = new("aghanim", VerificationResult.HeaderMissing, "The header x-aghanim-signature-timestamp is missing.")
        {
            Corrupt = request => request.Headers.Remove("x-aghanim-signature-timestamp"),
            IsUnexplained = true,
        },
        ["header: timestamp under another name"] = new("aghanim", VerificationResult.HeaderMissing, "The timestamp is in the header X-Timestamp")
        {
            Corrupt = request => Move(request.Headers, "x-aghanim-signature-timestamp", "X-Timestamp"),
        },
        ["header: twice with two values"] = new("begini", VerificationResult.HeaderAmbiguous, "2 different values, and number 2 is the genuine one")
        {
            Corrupt = request => request.Headers["X-Signature"] = new(["00", request.Headers["X-Signature"].ToString()]),
        },
        ["time: stale"] = new("stripe", VerificationResult.TimestampTooOld, "The timestamp is 1 h 0 min old, and 5 min 0 s are allowed") { SignedAt = At.AddHours(-1) },
        ["time: in the future"] = new("stripe", VerificationResult.TimestampTooNew, "lies 10 min 0 s in the future") { SignedAt = At.AddMinutes(10) },
        ["time: milliseconds"] = new("aghanim", VerificationResult.TimestampMalformed, "counts milliseconds, and the scheme counts seconds")
        {
            Corrupt = request => Resign(request, At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        },
        ["time: a date"] = new("aghanim", VerificationResult.TimestampMalformed, "written as a date") { Corrupt = request => Resign(request, "2026-09-21T14:13:20Z") },
        ["content: the timestamp is not in it"] = new("aghanim", VerificationResult.SignatureMismatch, "signs {body}, and the scheme demands {timestamp}.{body}")
        {
            Corrupt = request => request.Headers["x-aghanim-signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(Utf8(Secret), request.Body)),
        },
        ["secret: whsec_ read as plain text"] = new("standard-webhooks", VerificationResult.SignatureMismatch, "reads the secret as plain text")
        {
            SigningSecret = "utf8:" + WhSec,
            Secret = WhSec,
        },
        ["secret: base64 read as plain text"] = new("begini", VerificationResult.SignatureMismatch, "reads the secret as base64")
        {
            SigningSecret = "0123456789abcdef",
            Secret = Convert.ToBase64String(Utf8("0123456789abcdef")),
        },
        ["secret: copied with quotes"] = new("begini", VerificationResult.SignatureMismatch, "without the quotes around it") { Secret = $"\"{Secret}\"" },
        ["secret: another source's"] = new("begini", VerificationResult.SignatureMismatch, "signed with another secret: 'other-key'") { SigningSecret = "the other one" },
        ["secret: nobody knows which"] = new("begini", VerificationResult.SignatureMismatch, "most likely the sender signed with another secret") { SigningSecret = "an unknown one", IsUnexplained = true },
        ["scheme: another one's headers"] = new("standard-webhooks", VerificationResult.HeaderMissing, "signed as the scheme 'svix' signs")
        {
            SigningScheme = "svix",
            Secret = WhSec,
            SigningSecret = WhSec,
        },
        ["two: stale and written again"] = new("stripe", VerificationResult.TimestampTooOld, "as Python's json.dumps writes it.")
        {
            SignedAt = At.AddDays(-1),
            SignedBody = """{"a": 1, "b": 2}""",
            Corrupt = request => request.Body = Utf8("""{"a":1,"b":2}"""),
        },
        ["two: newline added and base64 for hex"] = new("github", VerificationResult.SignatureMalformed, "A newline was put at the body's end")
        {
            Corrupt = request =>
            {
                request.Body = [.. request.Body, (byte)'\n'];
                request.Headers["X-Hub-Signature-256"] = "sha256=" + Convert.ToBase64String(Convert.FromHexString(request.Headers["X-Hub-Signature-256"].ToString()["sha256=".Length..]));
            },
        },
        ["qi tech: Bearer before the token"] = new("qi-tech", VerificationResult.SignatureMalformed, "'Bearer' is before the token")
        {
            Corrupt = request => request.Headers["AUTHORIZATION"] = "Bearer " + request.Headers["AUTHORIZATION"],
        },
        ["qi tech: another path"] = new("qi-tech", VerificationResult.AddressMismatch, "made for the path /webhooks/tested, and the request came to /other") { Corrupt = request => request.Path = "/other" },
        ["qi tech: stale"] = new("qi-tech", VerificationResult.TimestampTooOld, "The token is 6 min 0 s old") { SignedAt = At.AddMinutes(-6) },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_cause_of_a_corrupted_request_is_named(string name)
    {
        var corruption = Cases[name];
        var request = corruption.Make();

        var diagnosis = Diagnose(corruption, request);

        Assert.Equal(corruption.Result, diagnosis.Result);
        Assert.Contains(diagnosis.Causes, cause => cause.Contains(corruption.Cause, StringComparison.Ordinal));
        Assert.Equal(!corruption.IsUnexplained, diagnosis.IsExplained);
        Assert.DoesNotContain(diagnosis.Causes, cause => cause.Contains(corruption.EffectiveSecret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("begini")]
    [InlineData("aghanim")]
    [InlineData("standard-webhooks")]
    [InlineData("svix")]
    [InlineData("github")]
    [InlineData("stripe")]
    [InlineData("slack")]
    [InlineData("shopify")]
    [InlineData("qi-tech")]
    public void A_genuine_request_is_genuine(string scheme)
    {
        var genuine = new Case(scheme, VerificationResult.Verified, "");

        var diagnosis = Diagnose(genuine, genuine.Make());

        Assert.True(diagnosis.IsGenuine);
        Assert.Empty(diagnosis.Causes);
    }

    [Fact]
    public void Two_causes_are_both_named()
    {
        var corruption = Cases["two: stale and written again"];

        Assert.Equal(2, Diagnose(corruption, corruption.Make()).Causes.Count);
    }

    private static RequestDiagnosis Diagnose(Case corruption, Request request)
        => new Diagnostician(Scheme(corruption.Scheme), [corruption.EffectiveSecret], new Dictionary<string, string> { ["other-key"] = "the other one" }, clientKey: null)
            .Diagnose(new SignedRequest("POST", request.Path, request.Headers, request.Body), At);

    private static SignatureScheme Scheme(string name) => SchemeCatalogue.Create("tested", new SchemeOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;

    private static void Resign(Request request, string timestamp)
    {
        request.Headers["x-aghanim-signature-timestamp"] = timestamp;
        request.Headers["x-aghanim-signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(Utf8(Secret), Utf8($"{timestamp}.{Encoding.UTF8.GetString(request.Body)}")));
    }

    private static void Move(HeaderDictionary headers, string from, string to)
    {
        headers[to] = headers[from];
        headers.Remove(from);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Gzip(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(body);
        return compressed.ToArray();
    }

    private static (string, string) NewP521()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        return (key.ExportPkcs8PrivateKeyPem(), key.ExportSubjectPublicKeyInfoPem());
    }

    private sealed class Request(HeaderDictionary headers, byte[] body)
    {
        public HeaderDictionary Headers => headers;

        public byte[] Body { get; set; } = body;

        public string Path { get; set; } = "/webhooks/tested";
    }

    private sealed record Case(string Scheme, VerificationResult Result, string Cause)
    {
        public string SignedBody { get; init; } = Body;

        public DateTimeOffset SignedAt { get; init; } = At;

        public string? SigningScheme { get; init; }

        public string? SigningSecret { get; init; }

        public string? Secret { get; init; }

        public bool IsUnexplained { get; init; }

        public Action<Request> Corrupt { get; init; } = _ => { };

        public string EffectiveSecret => Secret ?? (Scheme == "qi-tech" ? P521.Public : DiagnosticianTests.Secret);

        public Request Make()
        {
            var scheme = DiagnosticianTests.Scheme(SigningScheme ?? Scheme);
            var secret = SigningSecret ?? (Scheme == "qi-tech" ? P521.Private : DiagnosticianTests.Secret);
            VerificationKey? key;
            if (secret.StartsWith("utf8:", StringComparison.Ordinal))
                key = new HmacKey(Utf8(secret["utf8:".Length..]));
            else
                Assert.Null(scheme.ParseKey(secret, out key));
            var headers = new HeaderDictionary { ["Content-Type"] = "application/json", ["User-Agent"] = "sender/1.0" };
            scheme.Sign(headers, new OutgoingWebhook("msg_1", SignedAt, "/webhooks/tested", Utf8(SignedBody)), key!);
            var request = new Request(headers, Utf8(SignedBody));
            Corrupt(request);
            return request;
        }
    }
}
