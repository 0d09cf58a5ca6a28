using System.Net;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Bodies;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Receiving;

/// <summary>What headers alone refuse is refused although the body never comes.</summary>
public sealed class HeadFirstTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData("begini", "")]
    [InlineData("begini", "X-Signature: zz\r\n")]
    [InlineData("begini", "X-Signature: 00\r\nX-Signature: 01\r\n")]
    [InlineData("standard", "webhook-id: a.b\r\nwebhook-timestamp: NOW\r\nwebhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n")]
    [InlineData("standard", "webhook-id: a\r\nwebhook-timestamp: 1600000000\r\nwebhook-signature: v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n")]
    [InlineData("aghanim", "x-aghanim-signature-timestamp: NOW\r\n")]
    [InlineData("qitech", "AUTHORIZATION: a.b.c\r\n")]
    [InlineData("qitech", "AUTHORIZATION: eyJhbGciOiJub25lIn0.e30.AA\r\n")]
    public async Task A_request_is_refused_before_its_body_is_there(string source, string headers)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), Genuine.QiTechSettings(key));
        var now = Genuine.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

        var status = await RawHttp.SendAsync(
            host.Http.BaseAddress!,
            Encoding.ASCII.GetBytes($"POST /webhooks/{source} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n{headers.Replace("NOW", now, StringComparison.Ordinal)}\r\n"),
            isWhole: true);

        Assert.Equal(403, status);
        Assert.Equal((0, 0), (host.Get<BodyBudget>().Held, host.Get<BodyBudget>().Spooled));
    }

    [Fact]
    public async Task One_body_under_three_topics_is_three_events_and_a_repetition_is_none()
    {
        await using var host = await IngestHost.StartAsync(
            azurite.NewStorage(),
            [new("Webhooks:Sources:shop:Scheme", "shopify"), new("Webhooks:Sources:shop:Secrets:0", "shop-secret"), new("Secrets:shop-secret", "a secret of some length")]);

        Assert.Equal("accepted", await SendAsync("orders/create"));
        Assert.Equal("accepted", await SendAsync("orders/paid"));
        Assert.Equal("accepted", await SendAsync("orders/updated"));
        Assert.Equal("duplicate", await SendAsync("orders/paid"));
        Assert.Equal("accepted", await SendAsync("invented/one"));
        Assert.Equal("duplicate", await SendAsync("invented/two"));

        async Task<string?> SendAsync(string topic)
        {
            var body = """{"id":1,"total_price":"9.90"}"""u8.ToArray();
            using var request = Genuine.Post("shop", body);
            request.Headers.Add("X-Shopify-Hmac-Sha256", Convert.ToBase64String(HMACSHA256.HashData("a secret of some length"u8, body)));
            request.Headers.Add("X-Shopify-Topic", topic);
            var (status, outcome, _) = await IngestHost.ReadAsync(await host.Http.SendAsync(request));
            Assert.Equal(HttpStatusCode.OK, status);
            return outcome;
        }
    }

    [Fact]
    public async Task A_webhook_without_the_configured_id_is_accepted_told_and_not_taken_for_another()
    {
        await using var host = await IngestHost.StartAsync(
            azurite.NewStorage(), [new("Webhooks:Sources:begini:ReplayKey:0", "/data/id"), new("Webhooks:Sources:begini:ReplayKey:1", "/event/type")]);

        for (var i = 0; i < 5; i++)
            Assert.Equal("accepted", (await host.SendBeginiAsync($$"""{"event":{"type":"paid"},"n":{{i}}}""")).Outcome);

        Assert.Equal(5, host.Log.GetSnapshot().Count(record => record.Message.StartsWith("A webhook of begini lacks the id or the ReplayKey value", StringComparison.Ordinal)));
        Assert.Equal("accepted", (await host.SendBeginiAsync("""{"event":{"type":"paid"},"data":{"id":5},"n":1}""")).Outcome);
        Assert.Equal("duplicate", (await host.SendBeginiAsync("""{"event":{"type":"paid"},"data":{"id":5},"n":2}""")).Outcome);
        Assert.Equal("accepted", (await host.SendBeginiAsync("""{"event":{"type":"paid"},"data":{"id":"5"},"n":3}""")).Outcome);
        Assert.Equal("duplicate", (await host.SendBeginiAsync("""{"event":{"type":"paid"},"data":{"id":5},"x":NaN}""")).Outcome);
        Assert.Contains(host.Log.GetSnapshot(), record => record.Message.StartsWith("The body of a webhook of begini could not be read to its end.", StringComparison.Ordinal));
    }
}
