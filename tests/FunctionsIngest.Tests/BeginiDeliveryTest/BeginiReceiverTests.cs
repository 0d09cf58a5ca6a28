using System.Net;
using System.Text.Json;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.BeginiDeliveryTest;

/// <summary>Our test webhook against the receiver that Begini's document shows.</summary>
public sealed class BeginiReceiverTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [BeginiReceiverFact]
    public async Task Begini_s_own_receiver_accepts_our_test_webhook()
    {
        await using var receiver = await BeginiReceiver.StartAsync("the api key of acme");

        var (status, body) = await TestAsync(receiver, "the api key of acme");

        Assert.Equal(HttpStatusCode.OK, status);
        using var json = JsonDocument.Parse(body);
        Assert.Equal(200, json.RootElement.GetProperty("webhook_receiver_status_code").GetInt32());
    }

    [BeginiReceiverFact]
    public async Task Begini_s_own_receiver_refuses_it_with_another_key()
    {
        await using var receiver = await BeginiReceiver.StartAsync("the api key of acme");

        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, """{"detail":{"webhook_receiver_status_code":403,"webhook_receiver_body_content":"{\"detail\":\"Validation Failure\"}"}}"""),
            await TestAsync(receiver, "another api key of acme"));
    }

    private async Task<(HttpStatusCode Status, string Body)> TestAsync(BeginiReceiver receiver, string apiKey)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), new Dictionary<string, string?>
        {
            ["Webhooks:DeliveryTests:acme:ApiKeySecret"] = "acme-api-key",
            ["Webhooks:DeliveryTests:acme:ReceiverUrl"] = receiver.Url.ToString(),
            ["Webhooks:DeliveryTests:acme:AllowPrivateAddresses"] = "true",
            ["Secrets:acme-api-key"] = apiKey,
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhooks-management/test");
        request.Headers.Add("Api-key", apiKey);
        using var response = await host.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
