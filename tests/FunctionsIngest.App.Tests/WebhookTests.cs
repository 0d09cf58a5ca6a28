using System.Net;
using System.Text;
using System.Text.Json;

namespace FunctionsIngest.App.Tests;

[Collection(nameof(RunningApp))]
public sealed class WebhookTests(RunningApp app)
{
    private const int MaxBodyBytes = 1024 * 1024;

    [Theory]
    [InlineData("begini")]
    [InlineData("standardwebhooks")]
    [InlineData("aghanim")]
    [InlineData("qitech")]
    public async Task A_genuine_webhook_gets_200_and_its_message_is_on_the_queue(string source)
    {
        using var request = GenuineOf(source);
        var body = await request.Content!.ReadAsByteArrayAsync();

        var answer = await app.Host.SendAsync(request);

        var eventId = Acknowledgement.Read(answer, "accepted");
        using var message = JsonDocument.Parse((await app.TakeAsync(eventId)).Body);
        Assert.Equal(eventId, message.RootElement.GetProperty("id").GetString());
        Assert.Equal($"/webhooks/{source}", message.RootElement.GetProperty("source").GetString());
        Assert.Equal(body, message.RootElement.GetProperty("data_base64").GetBytesFromBase64());
    }

    [Fact]
    public async Task A_webhook_that_was_sent_again_gets_200_as_a_duplicate()
    {
        var body = RunningApp.NewBody();
        var (eventId, _, _) = await app.AcceptAsync(body);

        using var again = Genuine.Begini(body);
        var answer = await app.Host.SendAsync(again);

        Assert.Equal(eventId, Acknowledgement.Read(answer, "duplicate"));
    }

    [Fact]
    public async Task A_forged_webhook_gets_403_as_problem_details()
    {
        using var request = Genuine.Begini(RunningApp.NewBody(), key: "not the key");

        var answer = await app.Host.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentHeaders.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Another_method_than_POST_gets_405_with_Allow(string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), "/webhooks/begini");

        var answer = await app.Host.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal(["POST"], answer.ContentHeaders.Allow);
    }

    [Fact]
    public async Task An_unknown_source_gets_404()
    {
        using var request = Genuine.Post("stranger", "{}"u8.ToArray());

        Assert.Equal(HttpStatusCode.NotFound, (await app.Host.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData(MaxBodyBytes, HttpStatusCode.OK)]
    [InlineData(MaxBodyBytes + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_of_1_MiB_is_let_in_and_one_byte_more_gets_413(int length, HttpStatusCode expected)
    {
        using var request = Genuine.Begini(RunningApp.NewBody().PadRight(length));

        var answer = await app.Host.SendAsync(request);

        Assert.Equal(expected, answer.Status);
        if (expected == HttpStatusCode.OK)
            await app.TakeAsync(Acknowledgement.Read(answer, "accepted"));
    }

    [Theory]
    [InlineData("GET", "/health")]
    [InlineData("HEAD", "/health")]
    [InlineData("GET", "/health/ready")]
    [InlineData("HEAD", "/health/ready")]
    public async Task The_probes_answer_200(string method, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);

        Assert.Equal(HttpStatusCode.OK, (await app.Host.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_delivery_test_is_served_at_its_route()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhooks-management/test");

        var answer = await app.Host.SendAsync(request);

        // Without a key it is refused by the app itself, and not by the host.
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("Api-key", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("begini", "X-Signature")]
    [InlineData("standardwebhooks", "webhook-signature")]
    [InlineData("aghanim", "x-aghanim-signature")]
    [InlineData("qitech", "Authorization")]
    public async Task Two_wrong_signatures_that_the_host_has_joined_get_403(string source, string header)
    {
        // Signatures of other webhooks: of the right form, and certainly not of this one.
        using var first = GenuineOf(source);
        using var second = GenuineOf(source);
        using var request = GenuineOf(source);
        request.Headers.Remove(header);
        foreach (var other in (HttpRequestMessage[])[first, second])
            request.Headers.TryAddWithoutValidation(header, Assert.Single(other.Headers.NonValidated[header]));

        Assert.Equal(HttpStatusCode.Forbidden, (await app.Host.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_repeated_header_that_is_not_signed_does_no_harm()
    {
        using var request = Genuine.Begini(RunningApp.NewBody());
        request.Headers.Add("X-Request-Id", ["one", "two"]);

        var answer = await app.Host.SendAsync(request);

        await app.TakeAsync(Acknowledgement.Read(answer, "accepted"));
    }

    [Theory]
    [InlineData("X-Company", "Caf\u00E9")]
    [InlineData("X-Company", "Caf\u00C3\u00A9")]
    [InlineData("X-Company", "\u0080\u00FF")]
    [InlineData("User-Agent", "Caf\u00E9")]
    [InlineData("Cookie", "a=\u00E9")]
    [InlineData("traceparent", "\u00E9")]
    public async Task Bytes_of_a_header_that_are_not_ASCII_do_no_harm(string header, string value)
    {
        using var request = Genuine.Begini(RunningApp.NewBody());
        request.Headers.TryAddWithoutValidation(header, value);

        var answer = await app.Host.SendAsync(request);

        await app.TakeAsync(Acknowledgement.Read(answer, "accepted"));
    }

    [Fact]
    public async Task A_content_type_that_is_not_ASCII_is_handed_over_as_it_came()
    {
        using var request = Genuine.Begini(RunningApp.NewBody());
        request.Content!.Headers.ContentType = null;
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "text/plain; name=Caf\u00E9");

        var answer = await app.Host.SendAsync(request);

        using var message = JsonDocument.Parse((await app.TakeAsync(Acknowledgement.Read(answer, "accepted"))).Body);
        Assert.Equal("text/plain; name=Caf\u00E9", message.RootElement.GetProperty("datacontenttype").GetString());
    }

    private static HttpRequestMessage GenuineOf(string source)
    {
        var id = Guid.NewGuid().ToString();
        var body = Encoding.UTF8.GetBytes(source == "aghanim"
            ? $$"""{"event_id":"{{id}}","event_type":"item.add","idempotency_key":"{{id}}"}"""
            : RunningApp.NewBody());
        switch (source)
        {
            case "standardwebhooks":
                return Genuine.Standard(id, body, source: source);
            case "aghanim":
                return Genuine.Aghanim(body);
            case "qitech":
                var request = Genuine.QiTech(body, QiTechKey.Private);
                request.Headers.Add("API-CLIENT-KEY", QiTechKey.ClientKey);
                return request;
            default:
                return Genuine.Begini(body);
        }
    }
}
