using FunctionsIngest.Senders.Catalogue;
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
        Assert.NotEqual(first, Key("standard-webhooks", "{}", Schemes.Now, "webhook-id", "msg_other"));
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
        foreach (var header in new[] { "X-GitHub-Delivery", "X-GitHub-Event", "X-Shopify-Webhook-Id", "X-Shopify-Topic", "webhook-id" })
            Assert.Equal(first, Key(scheme, "{}", Schemes.Now, header, "anything"));
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
            Schemes.Create("qi-tech"), Schemes.Request("{}", ("AUTHORIZATION", KnownSenders.Token(KnownSenders.QiTechClaims(md5, time, method, uri), privateKey))), "{}");
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
        var scheme = Schemes.Create("begini");
        var request = Schemes.Request("{}");
        PayloadReader.TryRead("{}"u8, scheme.Payload, null, [], out var payload);

        Assert.NotEqual(scheme.ReplayKeyOf("one", request, payload).Hash, scheme.ReplayKeyOf("other", request, payload).Hash);
    }

    [Fact]
    public void A_sources_own_pointers_go_before_the_schemes_rule()
    {
        foreach (var scheme in new[] { "begini", "standard-webhooks", "aghanim", "qi-tech" })
        {
            ReplayKey Of(string body) => KeyOf(Schemes.Create(scheme), Signed(scheme, body, Schemes.Now), body, "/a", "/b/0");

            Assert.Equal(Of("""{"a":1,"b":["x"]}"""), Of("""{"b":["x","y"],"a":1,"c":2}"""));
            Assert.NotEqual(Of("""{"a":1,"b":["x"]}"""), Of("""{"a":2,"b":["x"]}"""));
            Assert.NotEqual(Of("""{"a":1,"b":["x"]}"""), Of("""{"a":1}"""));
            Assert.NotEqual(Of("""{"a":1,"b":[""]}"""), Of("""{"a":1}"""));
            Assert.NotEqual(Of("""{"a":1}"""), Of("""{"b":[1]}"""));
        }
    }

    [Fact]
    public void Where_a_sources_own_pointers_lead_nowhere_the_schemes_rule_holds()
    {
        var body = """{"c":1}""";

        Assert.Equal(
            KeyOf(Schemes.Create("begini"), Schemes.Request(body), body),
            KeyOf(Schemes.Create("begini"), Schemes.Request(body), body, "/a", "/b/0"));
    }

    [Fact]
    public void A_type_in_an_unsigned_header_changes_no_key()
    {
        var scheme = Schemes.Create(new SchemeOptions
        {
            Scheme = "custom",
            Signature = new SignatureOptions { Header = "S", Algorithm = "hmac-sha256", IdPointer = "/id", EventTypeHeader = "X-Type" },
        });
        ReplayKey Of(string type)
        {
            PayloadReader.TryRead("""{"id":"1"}"""u8, scheme.Payload, type, [], out var payload);
            Assert.Equal(type, payload.EventType);
            return scheme.ReplayKeyOf("tested", Schemes.Request("""{"id":"1"}"""), payload);
        }

        Assert.Equal(Of("one"), Of("two"));
    }

    [Fact]
    public void The_signed_method_and_path_are_part_of_the_content()
    {
        var scheme = Schemes.Create(new SchemeOptions { Scheme = "custom", Signature = new() { Header = "S", Algorithm = "hmac-sha256", Content = "{method} {path}\n{body}" } });
        PayloadReader.TryRead("{}"u8, scheme.Payload, null, [], out var payload);
        ReplayKey Of(string method, string path) => scheme.ReplayKeyOf("tested", Schemes.Request("{}") with { Method = method, Path = path }, payload);

        Assert.Equal(Of("POST", "/a"), Of("POST", "/a"));
        Assert.NotEqual(Of("POST", "/a"), Of("POST", "/b"));
        Assert.NotEqual(Of("POST", "/a"), Of("PUT", "/a"));
    }

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
        return KeyOf(Schemes.Create(name), request, body);
    }

    private static ReplayKey KeyOf(SignatureScheme scheme, SignedRequest request, string body, params string[] pointers)
    {
        var eventType = scheme.Payload.EventTypeHeader is null ? null : request.Headers[scheme.Payload.EventTypeHeader].ToString();
        PayloadReader.TryRead(KnownSenders.Utf8(body), scheme.Payload, eventType, [.. pointers.Select(JsonPointer.Parse)], out var payload);
        return scheme.ReplayKeyOf("tested", request, payload);
    }
}
