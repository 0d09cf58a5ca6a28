using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Tests.Catalogue;

public sealed class WebhookSignerTests
{
    private static readonly Uri Url = new("https://example.com/webhooks/tested?x=1");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(60);

    public static TheoryData<string> Schemes => [.. SchemeCatalogue.Names.Except([SchemeCatalogue.Custom, QiTechScheme.SchemeName, "standard-webhooks", "svix"])];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_sample_verifies_and_says_its_event_type_where_the_sender_does(string name)
    {
        var (scheme, key) = Create(name);

        var webhook = new WebhookSigner(scheme, key).Create(Url, "1", Now, "some.type");

        Assert.Equal(Url, webhook.Url);
        Assert.Equal(VerificationResult.Verified, scheme.Verify(Received(webhook), [key], Now));
        Assert.Equal("some.type", Facts(scheme, webhook).EventType);
    }

    [Theory]
    [InlineData("github", "X-GitHub-Event")]
    [InlineData("shopify", "X-Shopify-Topic")]
    public void A_header_names_a_type_even_if_none_is_given(string name, string header)
    {
        var (scheme, key) = Create(name);

        Assert.Equal(SamplePayload.DefaultEventType, new WebhookSigner(scheme, key).Create(Url, "1", Now, eventType: null).Headers[header]);
    }

    [Fact]
    public void A_body_is_signed_as_it_is()
    {
        var (scheme, key) = Create("begini");
        byte[] body = [0, 255];

        var webhook = new WebhookSigner(scheme, key).Create(Url, "1", Now, "some.type", body);

        Assert.Same(body, webhook.Body);
        Assert.Equal(VerificationResult.Verified, scheme.Verify(Received(webhook), [key], Now));
    }

    [Fact]
    public void A_sample_differs_from_others_where_the_source_looks()
    {
        var (scheme, key) = Create("begini");
        var pointer = JsonPointer.Parse("/order/number");

        var webhook = new WebhookSigner(scheme, key) { ReplayKey = [pointer] }.Create(Url, "17", Now, eventType: null);

        Assert.Equal(["17"], Facts(scheme, webhook, pointer).ReplayValues.Select(value => value.Value));
    }

    [Fact]
    public void A_public_key_cannot_sign()
    {
        using var pair = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP521);
        var (scheme, key) = Create(QiTechScheme.SchemeName, pair.ExportSubjectPublicKeyInfoPem());

        Assert.Throws<InvalidOperationException>(() => new WebhookSigner(scheme, key).Create(Url, "1", Now, eventType: null));
    }

    [Fact]
    public void Each_key_sets_its_header()
    {
        using var pair = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP521);
        var (scheme, key) = Create(QiTechScheme.SchemeName, pair.ExportPkcs8PrivateKeyPem());

        var headers = new WebhookSigner(scheme, key, new ClientKey("the client key")).Create(Url, "1", Now, eventType: null).Headers;

        Assert.Equal([QiTechScheme.TokenHeader, QiTechScheme.ClientKeyHeader], headers.Keys);
        Assert.Equal("the client key", headers[QiTechScheme.ClientKeyHeader]);
    }

    private static (SignatureScheme Scheme, VerificationKey Key) Create(string name, string secret = "a secret of some length")
    {
        var scheme = SchemeCatalogue.Create("tested", new SchemeOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;
        Assert.Null(scheme.ReadKey(secret, out var key));
        return (scheme, key!);
    }

    private static SignedRequest Received(SignedWebhook webhook) => new("POST", webhook.Url.AbsolutePath, webhook.Headers, webhook.Body);

    private static PayloadFacts Facts(SignatureScheme scheme, SignedWebhook webhook, params JsonPointer[] replayKey)
    {
        var header = scheme.Payload.EventTypeHeader is { } name ? webhook.Headers[name].ToString() : null;
        Assert.True(PayloadReader.TryRead(webhook.Body, scheme.Payload, header, replayKey, out var facts));
        return facts;
    }
}
