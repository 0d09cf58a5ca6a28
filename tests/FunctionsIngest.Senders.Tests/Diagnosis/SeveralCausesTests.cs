using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Diagnosis;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Diagnosis;

/// <summary>Requests with several things wrong. All are named, and nothing is claimed that was not verified.</summary>
public sealed class SeveralCausesTests
{
    private const string Secret = "a secret of some length, 0123456789";
    private const string WhSec = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string ClientKey = "client-key-of-some-length";
    private const string Token = "AUTHORIZATION";

    private static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1_790_000_000);
    private static readonly (string Private, string Public) P521 = NewP521();
    private static readonly (string Private, string Public) OtherP521 = NewP521();

    private static readonly Dictionary<string, Change> QiTechChanges = new(StringComparer.Ordinal)
    {
        ["Bearer"] = new("'Bearer' is before the token", request => request.Headers[Token] = "Bearer " + request.Headers[Token]),
        ["moved"] = new("The token is in the header X-Token", request => Move(request, Token, "X-Token")),
        ["doubled"] = new("number 2 is the genuine one", request => request.Headers[Token] = new(["x", request.Headers[Token].ToString()])),
        ["stale"] = new("The token is 6 min 0 s old", signedAt: At.AddMinutes(-6)),
        ["other path"] = new("made for the path /webhooks/tested, and the request came to /other", request => request.Path = "/other"),
        ["other method"] = new("made for POST, and the request is PUT", request => request.Method = "PUT"),
        ["dumped"] = new("set BodyHash to json-dumps", request => request.Body = "{\"webhook_type\":\"debt\"}"u8.ToArray()),
        ["newline"] = new("A newline was put at the body's end", request => request.Body = [.. request.Body, (byte)'\n']),
        ["client key missing"] = new("The header API-CLIENT-KEY is missing", request => request.Headers.Remove("API-CLIENT-KEY")),
        ["client key wrong"] = new("is not the configured client key", request => request.Headers["API-CLIENT-KEY"] = "x"),
        ["other key"] = new("signed with another key: 'other'", signingKey: OtherP521.Private),
    };

    private static readonly Dictionary<string, Change> AghanimChanges = new(StringComparer.Ordinal)
    {
        ["stale"] = new("The timestamp is 4 d 0 h old", signedAt: At.AddDays(-4)),
        ["moved"] = new("The signature is in the header X-Signature", request => Move(request, "x-aghanim-signature", "X-Signature")),
        ["time moved"] = new("The timestamp is in the header X-Timestamp", request => Move(request, "x-aghanim-signature-timestamp", "X-Timestamp")),
        ["base64"] = new("written as base64, and the scheme writes it as hexadecimal digits", request => Replace(request, signature => Convert.ToBase64String(Convert.FromHexString(signature)))),
        ["label"] = new("'sha256=' is before the signature", request => Replace(request, signature => $"sha256={signature}")),
        ["newline"] = new("A newline was put at the body's end", request => request.Body = [.. request.Body, (byte)'\n']),
        ["mark"] = new("A byte order mark was put before the body", request => request.Body = [0xEF, 0xBB, 0xBF, .. request.Body]),
        ["other key"] = new("signed with another secret: 'other'", signingKey: "the other secret"),
    };

    public static TheoryData<string, string> QiTechPairs => Pairs(QiTechChanges.Keys, [("moved", "Bearer"), ("moved", "doubled"), ("doubled", "Bearer"), ("client key missing", "client key wrong"), ("dumped", "newline")]);

    public static TheoryData<string, string> AghanimPairs => Pairs(AghanimChanges.Keys, [("base64", "label"), ("newline", "mark")]);

    [Theory]
    [MemberData(nameof(QiTechPairs))]
    public void Two_things_wrong_with_QI_Tech_are_both_named(string first, string second)
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "qi-tech", BodyHash = "raw", ClientKey = "client-key" });
        var request = Make(scheme, P521.Private, "{\"webhook_type\": \"debt\"}", QiTechChanges[first], QiTechChanges[second]);

        var diagnosis = new Diagnostician(scheme, [P521.Public], new Dictionary<string, string> { ["other"] = OtherP521.Public }, ClientKey).Diagnose(request.ToSigned(), At);

        AssertNames(diagnosis, QiTechChanges[first], QiTechChanges[second]);
    }

    [Theory]
    [MemberData(nameof(AghanimPairs))]
    public void Two_things_wrong_with_Aghanim_are_both_named(string first, string second)
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "aghanim" });
        var request = Make(scheme, Secret, "{\"event_type\":\"x\"}", AghanimChanges[first], AghanimChanges[second]);

        var diagnosis = new Diagnostician(scheme, [Secret], new Dictionary<string, string> { ["other"] = "the other secret" }, null).Diagnose(request.ToSigned(), At);

        AssertNames(diagnosis, AghanimChanges[first], AghanimChanges[second]);
    }

    [Fact]
    public void Four_things_wrong_with_QI_Tech_are_all_named()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "qi-tech", BodyHash = "raw", ClientKey = "client-key" });
        Change[] changes = [QiTechChanges["Bearer"], QiTechChanges["stale"], QiTechChanges["other path"], QiTechChanges["dumped"]];
        var request = Make(scheme, P521.Private, "{\"webhook_type\": \"debt\"}", changes);

        var diagnosis = new Diagnostician(scheme, [P521.Public], new Dictionary<string, string>(), ClientKey).Diagnose(request.ToSigned(), At);

        AssertNames(diagnosis, changes);
    }

    [Fact]
    public void Two_things_done_to_one_body_are_both_named()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "begini" });
        var request = Make(scheme, Secret, "{\"a\":  1}", new Change("BOM and newline", request => request.Body = [0xEF, 0xBB, 0xBF, .. request.Body, (byte)'\n']));

        var diagnosis = Diagnose(scheme, Secret, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Equal(2, diagnosis.Causes.Count);
    }

    [Fact]
    public void A_body_that_PowerShell_wrote_is_recognised()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "begini" });
        var request = Make(scheme, Secret, "{\"name\":\"Zoë\"}", new Change("", request => request.Body = [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("{\"name\":\"Zoë\"}\r\n")]));

        var diagnosis = Diagnose(scheme, Secret, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Contains("as Windows PowerShell writes files", diagnosis.Causes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("github", "newline")]
    [InlineData("qi-tech", "other path")]
    [InlineData("qi-tech", "stale")]
    [InlineData("aghanim", "stale")]
    public void What_does_not_verify_when_it_is_undone_is_not_claimed(string name, string change)
    {
        var scheme = Scheme(new SchemeOptions { Scheme = name, ClientKey = name == "qi-tech" ? "client-key" : null });
        var changes = name == "qi-tech" ? QiTechChanges : AghanimChanges;
        var request = Make(scheme, name == "qi-tech" ? P521.Private : Secret, "{\"amount\":1}", changes[change], new Change("", request => request.Body = "{\"amount\":2}"u8.ToArray()));

        var diagnosis = new Diagnostician(scheme, [name == "qi-tech" ? P521.Public : Secret], new Dictionary<string, string>(), ClientKey).Diagnose(request.ToSigned(), At);

        Assert.False(diagnosis.IsExplained);
        Assert.NotEmpty(diagnosis.Causes);
    }

    [Fact]
    public void An_old_timestamp_in_another_unit_has_two_causes()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "stripe" });
        var request = Make(scheme, Secret, "{}");
        var milliseconds = At.AddHours(-1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        request.Headers["Stripe-Signature"] = $"t={milliseconds},v1={Hmac(milliseconds + ".{}")}";

        var diagnosis = Diagnose(scheme, Secret, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Contains("counts milliseconds", diagnosis.Causes[0], StringComparison.Ordinal);
        Assert.Contains("1 h 0 min old", diagnosis.Causes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_timestamp_that_is_neither_sent_nor_signed_has_two_causes()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "aghanim" });
        var request = Make(scheme, Secret, "{}");
        request.Headers.Remove("x-aghanim-signature-timestamp");
        request.Headers["x-aghanim-signature"] = Hmac("{}");

        var diagnosis = Diagnose(scheme, Secret, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Contains("The header x-aghanim-signature-timestamp is missing.", diagnosis.Causes);
        Assert.Contains("The sender signs {body}, and the scheme demands {timestamp}.{body}.", diagnosis.Causes);
    }

    [Theory]
    [InlineData("msg.1", "the character '.' at position 4")]
    [InlineData("msg 1", "the character U+0020 at position 4")]
    [InlineData("msg_ü", "the character U+00FC at position 5")]
    [InlineData("msg,1", "the character ',' at position 4")]
    public void A_character_that_an_id_must_not_have_is_named(string id, string named)
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "standard-webhooks" });
        var request = Make(scheme, WhSec, "{}", new Change("", _ => { }) { Id = id });

        var diagnosis = Diagnose(scheme, WhSec, request);

        Assert.Contains(diagnosis.Causes, cause => cause.Contains(named, StringComparison.Ordinal));
        Assert.True(diagnosis.IsExplained);
    }

    [Fact]
    public void An_id_is_named_beside_what_else_is_wrong()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "standard-webhooks" });
        var request = Make(scheme, WhSec, "{}", new Change("", request => request.Body = "{}\n"u8.ToArray(), signedAt: At.AddHours(-1)) { Id = "msg.1" });

        var diagnosis = Diagnose(scheme, WhSec, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Equal(3, diagnosis.Causes.Count);
    }

    [Fact]
    public void Too_many_signatures_are_refused_for_their_form()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "standard-webhooks" });
        var request = Make(scheme, WhSec, "{}");
        request.Headers["webhook-signature"] = string.Join(' ', Enumerable.Repeat(request.Headers["webhook-signature"].ToString(), 20));

        var diagnosis = Diagnose(scheme, WhSec, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Contains("The signature matches, and yet the request is refused for its form.", Assert.Single(diagnosis.Causes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_of_another_scheme_that_is_old_as_well_has_two_causes()
    {
        var svix = Make(Scheme(new SchemeOptions { Scheme = "svix" }), WhSec, "{}", new Change("", _ => { }, signedAt: At.AddHours(-1)));

        var diagnosis = Diagnose(Scheme(new SchemeOptions { Scheme = "standard-webhooks" }), WhSec, svix);

        Assert.True(diagnosis.IsExplained);
        Assert.Contains("signed as the scheme 'svix' signs", diagnosis.Causes[0], StringComparison.Ordinal);
        Assert.Contains("1 h 0 min old", diagnosis.Causes[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_PublicPath_is_named()
    {
        var scheme = Scheme(new SchemeOptions { Scheme = "qi-tech", PublicPath = "/other" });
        var request = Make(Scheme(new SchemeOptions { Scheme = "qi-tech" }), P521.Private, "{}");

        var diagnosis = Diagnose(scheme, P521.Public, request);

        Assert.True(diagnosis.IsExplained);
        Assert.Contains("PublicPath is another", Assert.Single(diagnosis.Causes), StringComparison.Ordinal);
    }

    private static RequestDiagnosis Diagnose(SignatureScheme scheme, string secret, Request request)
        => new Diagnostician(scheme, [secret], new Dictionary<string, string>(), null).Diagnose(request.ToSigned(), At);

    private static void AssertNames(RequestDiagnosis diagnosis, params Change[] changes)
    {
        Assert.All(changes, change => Assert.Contains(diagnosis.Causes, cause => cause.Contains(change.Cause, StringComparison.Ordinal)));
        Assert.True(diagnosis.IsExplained);
        Assert.Equal(changes.Length, diagnosis.Causes.Count);
    }

    private static TheoryData<string, string> Pairs(IEnumerable<string> names, (string, string)[] impossible)
    {
        var pairs = new TheoryData<string, string>();
        var all = names.ToList();
        foreach (var (index, first) in all.Index())
        {
            foreach (var second in all.Skip(index + 1).Where(second => !impossible.Contains((first, second)) && !impossible.Contains((second, first))))
                pairs.Add(first, second);
        }

        return pairs;
    }

    private static SignatureScheme Scheme(SchemeOptions options) => SchemeCatalogue.Create("tested", options, TimeSpan.FromDays(7), [])!;

    private static Request Make(SignatureScheme scheme, string secret, string body, params Change[] changes)
    {
        var headers = new HeaderDictionary { ["User-Agent"] = "sender/1.0" };
        var signingKey = changes.Select(change => change.SigningKey).FirstOrDefault(key => key is not null) ?? secret;
        var signedAt = changes.Select(change => change.SignedAt).FirstOrDefault(time => time is not null) ?? At;
        Assert.Null(scheme.ReadKey(signingKey, out var key));
        var webhook = new OutgoingWebhook(changes.Select(change => change.Id).FirstOrDefault(id => id is not null) ?? "msg_1", signedAt, "/webhooks/tested", Encoding.UTF8.GetBytes(body));
        scheme.Sign(headers, webhook, key!);
        if (scheme is QiTechScheme)
            scheme.Sign(headers, webhook, new ClientKey(ClientKey));

        var request = new Request(headers, Encoding.UTF8.GetBytes(body));
        foreach (var change in changes)
            change.Apply(request);
        return request;
    }

    private static void Move(Request request, string from, string to)
    {
        request.Headers[to] = request.Headers[from];
        request.Headers.Remove(from);
    }

    private static void Replace(Request request, Func<string, string> change)
    {
        var header = request.Headers.ContainsKey("X-Signature") ? "X-Signature" : "x-aghanim-signature";
        request.Headers[header] = change(request.Headers[header].ToString());
    }

    private static string Hmac(string content) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(content)));

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

        public string Method { get; set; } = "POST";

        public SignedRequest ToSigned() => new(Method, Path, Headers, Body);
    }

    private sealed class Change(string cause, Action<Request>? apply = null, DateTimeOffset? signedAt = null, string? signingKey = null)
    {
        public string Cause => cause;

        public DateTimeOffset? SignedAt => signedAt;

        public string? SigningKey => signingKey;

        public string? Id { get; init; }

        public void Apply(Request request) => apply?.Invoke(request);
    }
}
