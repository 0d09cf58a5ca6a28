using System.Collections.Frozen;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>What counts as the same webhook, per scheme.</summary>
public class ReplayKeyTests
{
    private const string Envelope = """{"event_id":"ID","event_type":"TYPE","idempotency_key":KEY}""";

    [Fact]
    public void Standard_Webhooks_are_the_same_by_their_signed_id()
    {
        var first = Key("standard-webhooks", "{}", Schemes.Now);

        Assert.Equal(first, Key("standard-webhooks", "{}", Schemes.Now.AddMinutes(1)));
        Assert.Equal(first, Key("standard-webhooks", """{"a":1}""", Schemes.Now));
        Assert.Equal(first, KeyOfId(KnownSenders.Id));
        Assert.NotEqual(first, KeyOfId("msg_other"));

        static ReplayKey KeyOfId(string id)
        {
            var scheme = Schemes.Create("standard-webhooks");
            var request = Schemes.Request("{}");
            scheme.Sign(request.Headers, new OutgoingWebhook(id, Schemes.Now, "/", request.Body), scheme.Key(SecretOf("standard-webhooks")));
            return KeyOf(scheme, request, SecretOf("standard-webhooks"));
        }
    }

    [Theory]
    [InlineData("begini")]
    [InlineData("github")]
    [InlineData("shopify")]
    public void Webhooks_without_a_signed_id_are_the_same_by_their_body(string scheme)
    {
        var first = Key(scheme, "{}", Schemes.Now);

        Assert.Equal(first, Key(scheme, "{}", Schemes.Now));
        Assert.NotEqual(first, Key(scheme, "{} ", Schemes.Now));
        foreach (var header in new[] { "X-GitHub-Delivery", "X-GitHub-Event", "X-Shopify-Webhook-Id", "X-Shopify-Topic", "webhook-id", "Content-Encoding" })
            Assert.Equal(first, Key(scheme, "{}", Schemes.Now, header, "anything"));
    }

    [Theory]
    [InlineData("github", "X-GitHub-Event", "push", "issues")]
    [InlineData("shopify", "X-Shopify-Topic", "orders/paid", "orders/updated")]
    public void Listed_types_in_a_header_tell_webhooks_with_the_same_body_apart(string scheme, string header, string one, string other)
    {
        Assert.Equal(Key(scheme, "{}", Schemes.Now, header, one), Key(scheme, "{}", Schemes.Now, header, one));
        Assert.NotEqual(Key(scheme, "{}", Schemes.Now, header, one), Key(scheme, "{}", Schemes.Now, header, other));
        Assert.NotEqual(Key(scheme, "{}", Schemes.Now, header, one), Key(scheme, "{}", Schemes.Now));

        // All invented types are one, and the same as none.
        Assert.Equal(Key(scheme, "{}", Schemes.Now, header, "invented"), Key(scheme, "{}", Schemes.Now, header, "other"));
        Assert.Equal(Key(scheme, "{}", Schemes.Now, header, "invented"), Key(scheme, "{}", Schemes.Now));
    }

    [Theory]
    [InlineData("stripe", """{"id":"evt_1","type":"a"}""", """{"id":"evt_1","type":"a","more":1}""", """{"id":"evt_2","type":"a"}""")]
    [InlineData("slack", """{"event_id":"Ev1"}""", """{"event_id":"Ev1","more":1}""", """{"event_id":"Ev2"}""")]
    public void Webhooks_with_an_id_in_their_signed_body_are_the_same_by_it(string scheme, string body, string same, string other)
    {
        var first = Key(scheme, body, Schemes.Now);

        Assert.Equal(first, Key(scheme, same, Schemes.Now.AddMinutes(1)));
        Assert.NotEqual(first, Key(scheme, other, Schemes.Now));
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("slack")]
    public void A_body_without_the_id_is_told_apart_by_its_content(string scheme)
    {
        Assert.Equal(Key(scheme, "a=b", Schemes.Now), Key(scheme, "a=b", Schemes.Now.AddMinutes(1)));
        Assert.NotEqual(Key(scheme, "a=b", Schemes.Now), Key(scheme, "a=c", Schemes.Now));
    }

    [Fact]
    public void Aghanims_webhooks_are_the_same_by_idempotency_key_or_event_id_within_a_type()
    {
        ReplayKey Of(string id, string type, string idempotencyKey) => Key(
            "aghanim",
            Envelope.Replace("ID", id, StringComparison.Ordinal).Replace("TYPE", type, StringComparison.Ordinal).Replace("KEY", idempotencyKey, StringComparison.Ordinal),
            Schemes.Now);

        Assert.Equal(Of("1", "item.add", "\"k\""), Of("2", "item.add", "\"k\""));
        Assert.NotEqual(Of("1", "item.add", "\"k\""), Of("1", "item.remove", "\"k\""));
        Assert.NotEqual(Of("1", "item.add", "\"k\""), Of("1", "item.add", "\"l\""));
        Assert.Equal(Of("1", "item.add", "null"), Of("1", "item.add", "null"));
        Assert.Equal(Of("1", "item.add", "null"), Of("1", "item.add", "\"\""));
        Assert.NotEqual(Of("1", "item.add", "null"), Of("2", "item.add", "null"));
        Assert.NotEqual(Of("x", "item.add", "null"), Of("y", "item.add", "\"x\""));
    }

    [Fact]
    public void QI_Techs_webhooks_are_the_same_by_what_their_token_names_but_for_its_time()
    {
        var privateKey = KnownSenders.NewP521();
        ReplayKey Of(string md5, DateTimeOffset time, string method = "POST", string uri = KnownSenders.Path) => KeyOf(
            Schemes.Create("qi-tech"),
            Schemes.Request(md5 == KnownSenders.Md5("{} "u8.ToArray()) ? "{} " : "{}", ("AUTHORIZATION", KnownSenders.Token(KnownSenders.QiTechClaims(md5, time, method, uri), privateKey))) with { Method = method, Path = uri },
            KnownSenders.PublicPem(privateKey));
        var md5 = KnownSenders.Md5("{}"u8.ToArray());
        var first = Of(md5, Schemes.Now);

        Assert.Equal(first, Of(md5, Schemes.Now));
        Assert.Equal(first, Of(md5, Schemes.Now.AddMinutes(1)));
        Assert.Equal(first, Of(md5.ToUpperInvariant(), Schemes.Now));
        Assert.NotEqual(first, Of(KnownSenders.Md5("{} "u8.ToArray()), Schemes.Now));
        Assert.NotEqual(first, Of(md5, Schemes.Now, "PUT"));
        Assert.NotEqual(first, Of(md5, Schemes.Now, uri: "/other"));
    }

    [Fact]
    public void Sources_do_not_share_keys()
    {
        var webhook = Verified(Schemes.Create("begini"), Signed("begini", "{}", Schemes.Now), SecretOf("begini"));
        webhook.TryRead([], out var facts);

        Assert.NotEqual(webhook.ReplayKeyOf("one", facts, null).Hash, webhook.ReplayKeyOf("other", facts, null).Hash);
    }

    [Fact]
    public void A_sources_own_pointers_go_before_the_schemes_rule()
    {
        foreach (var scheme in new[] { "begini", "standard-webhooks", "aghanim", "qi-tech" })
        {
            ReplayKey Of(string body) => KeyOf(Schemes.Create(scheme), Signed(scheme, body, Schemes.Now), SecretOf(scheme), "/a", "/b/0");

            Assert.Equal(Of("""{"a":1,"b":["x"]}"""), Of("""{"b":["x","y"],"a":1,"c":2}"""));
            Assert.NotEqual(Of("""{"a":1,"b":["x"]}"""), Of("""{"a":2,"b":["x"]}"""));
            Assert.NotEqual(Of("""{"a":1,"b":["x"]}"""), Of("""{"a":"1","b":["x"]}"""));
            Assert.NotEqual(Of("""{"a":true,"b":["x"]}"""), Of("""{"a":"true","b":["x"]}"""));
            Assert.NotEqual(Of("""{"a":1,"b":[""]}"""), Of("""{"a":1,"b":["x"]}"""));
        }
    }

    [Theory]
    [InlineData("""{"a":1}""", """{"a":1,"c":2}""")]
    [InlineData("""{"a":1,"b":[null]}""", """{"a":1,"b":[null],"c":2}""")]
    [InlineData("""{"a":1,"b":[""]}""", """{"a":1,"b":[""],"c":2}""")]
    [InlineData("""{"a":"","b":[""]}""", """{"a":"","b":[""],"c":2}""")]
    [InlineData("""{"c":1}""", """{"c":2}""")]
    [InlineData("c=1", "c=2")]
    public void Where_one_of_a_sources_own_pointers_leads_nowhere_the_schemes_rule_holds(string one, string other)
    {
        ReplayKey Of(string body, params string[] pointers) => KeyOf(Schemes.Create("begini"), Signed("begini", body, Schemes.Now), SecretOf("begini"), pointers);

        Assert.Equal(Of(one), Of(one, "/a", "/b/0"));
        Assert.NotEqual(Of(one, "/a", "/b/0"), Of(other, "/a", "/b/0"));
    }

    [Theory]
    [InlineData("/id", null)]
    [InlineData(null, "/id")]
    public void A_listed_type_in_a_header_counts_beside_an_id_in_the_body(string? idPointer, string? replayKey)
    {
        var options = new SchemeOptions
        {
            Scheme = "custom",
            Signature = new SignatureOptions { Header = "S", Algorithm = "hmac-sha256", IdPointer = idPointer, EventTypeHeader = "X-Type" },
        };
        ReplayKey Of(string type) => KeyOf(options, """{"id":"1"}""", ["listed", "another"], replayKey, ("X-Type", type));

        Assert.NotEqual(Of("listed"), Of("another"));
        Assert.NotEqual(Of("listed"), Of("invented"));
        Assert.Equal(Of("invented"), Of("made up"));
    }

    [Fact]
    public void A_number_is_an_id_and_not_the_text_of_the_same_digits()
    {
        var options = new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "S", Algorithm = "hmac-sha256", IdPointer = "/id" } };
        ReplayKey Of(string body) => KeyOf(options, body, [], replayKey: null);

        Assert.Equal(Of("""{"id":5,"counter":1}"""), Of("""{"id":5,"counter":2}"""));
        Assert.NotEqual(Of("""{"id":5}"""), Of("""{"id":6}"""));
        Assert.NotEqual(Of("""{"id":5}"""), Of("""{"id":"5"}"""));
        Assert.NotEqual(Of("""{"id":true,"counter":1}"""), Of("""{"id":true,"counter":2}"""));
    }

    [Theory]
    [InlineData("""{"id":"1","x":NaN,"counter":COUNT}""")]
    [InlineData("""{"id":"1","counter":COUNT,}""")]
    [InlineData("""{"id":"1","counter":COUNT""")]
    [InlineData("\uFEFF{\"id\":\"1\",\"counter\":COUNT}")]
    public void What_was_found_before_a_blemish_counts(string body)
    {
        var options = new SchemeOptions { Scheme = "custom", Signature = new SignatureOptions { Header = "S", Algorithm = "hmac-sha256", IdPointer = "/id" } };
        ReplayKey Of(string count) => KeyOf(options, body.Replace("COUNT", count, StringComparison.Ordinal), [], replayKey: null);

        Assert.Equal(Of("1"), Of("2"));
    }

    [Fact]
    public void The_signed_method_and_path_are_part_of_the_content()
    {
        var options = new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "hmac-sha256", Content = "{method} {path}\n{body}" } };
        ReplayKey Of(string method, string path) => KeyOf(options, "{}", [], replayKey: null, method, path);

        Assert.Equal(Of("POST", "/a"), Of("POST", "/a"));
        Assert.NotEqual(Of("POST", "/a"), Of("POST", "/b"));
        Assert.NotEqual(Of("POST", "/a"), Of("PUT", "/a"));
    }

    private static ReplayKey KeyOf(SchemeOptions options, string body, string[] listedTypes, string? replayKey, params (string Name, string Value)[] headers)
        => KeyOf(options, body, listedTypes, replayKey, "POST", "/webhooks/tested", headers);

    private static ReplayKey KeyOf(SchemeOptions options, string body, string[] listedTypes, string? replayKey, string method, string path, params (string Name, string Value)[] headers)
    {
        const string Secret = "a secret of some length";
        var scheme = Schemes.Create(options);
        var request = Schemes.Request(body, headers) with { Method = method, Path = path };
        scheme.Sign(request.Headers, new OutgoingWebhook("1", Schemes.Now, path, request.Body) { Method = method }, scheme.Key(Secret));
        var webhook = Verified(scheme, request, Secret);
        webhook.TryRead(replayKey is null ? [] : [JsonPointer.Parse(replayKey)], out var facts);
        return webhook.ReplayKeyOf("tested", facts, listedTypes.ToFrozenSet(StringComparer.Ordinal));
    }

    private static VerifiedWebhook Verified(SignatureScheme scheme, SignedRequest request, string secret)
    {
        VerificationKey[] keys = [scheme.Key(secret)];
        Assert.Equal(VerificationResult.Verified, VerifiedWebhook.Verify(scheme, request, keys, Schemes.Now, out var webhook));
        return webhook!;
    }

    private static string SecretOf(string scheme) => KnownSenders.All.First(sender => sender.Scheme == scheme).Secret;

    private static SignedRequest Signed(string scheme, string body, DateTimeOffset time)
    {
        var sender = KnownSenders.All.First(sender => sender.Scheme == scheme);
        return Schemes.Request(body, sender.Sign(KnownSenders.Utf8(body), time, sender.Secret));
    }

    private static ReplayKey Key(string name, string body, DateTimeOffset time, string? header = null, string? value = null)
    {
        var request = Signed(name, body, time);
        if (header is not null)
            request.Headers[header] = value;
        return KeyOf(Schemes.Create(name), request, SecretOf(name));
    }

    private static ReplayKey KeyOf(SignatureScheme scheme, SignedRequest request, string secret, params string[] pointers)
    {
        var webhook = Verified(scheme, request, secret);
        webhook.TryRead([.. pointers.Select(JsonPointer.Parse)], out var facts);
        return webhook.ReplayKeyOf("tested", facts, listedTypes: null);
    }
}
