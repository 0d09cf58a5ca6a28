using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Receiving;

public sealed class AnswerTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Payload = """{"event_id":"whevt_1","event_type":"item.add","event_data":{}}""";

    [Theory]
    [InlineData("/webhooks/nobody")]
    [InlineData("/webhooks/Begini")]
    [InlineData("/webhooks/begini%20")]
    [InlineData("/webhooks/%E2%82%AC")]
    public async Task An_unknown_source_is_404_whatever_the_method(string path)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());

        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Get, HttpMethod.Delete })
        {
            using var response = await host.Http.SendAsync(new HttpRequestMessage(method, path));
            await AssertProblemAsync(response, HttpStatusCode.NotFound, "There is no such source.");
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("TRACE")]
    [InlineData("BREW")]
    public async Task Any_method_but_POST_is_405_and_says_which_is_allowed(string method)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Begini("{}");
        request.Method = new HttpMethod(method);

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        if (method != "HEAD")
            await AssertProblemAsync(response, HttpStatusCode.MethodNotAllowed, "Webhooks are sent by POST.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_limit_is_inside_and_one_byte_more_is_413(bool chunked)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), [new("Webhooks:MaxBodyBytes", "20000")]);

        using var within = await SendAsync(20_000);
        using var over = await SendAsync(20_001);
        using var farOver = await SendAsync(2_000_000);

        Assert.Equal(HttpStatusCode.OK, within.StatusCode);
        await AssertProblemAsync(over, HttpStatusCode.RequestEntityTooLarge, "The body is too large.");
        await AssertProblemAsync(farOver, HttpStatusCode.RequestEntityTooLarge, "The body is too large.");

        async Task<HttpResponseMessage> SendAsync(int length)
        {
            var request = Genuine.Begini(new byte[length]);
            request.Headers.TransferEncodingChunked = chunked;
            // A client that waits to be told to send its body is spared from sending it in vain.
            request.Headers.ExpectContinue = length > 1_000_000;
            return await host.Http.SendAsync(request);
        }
    }

    /// <summary>What is wrong with a Begini request's signature header; null: there is none.</summary>
    public static TheoryData<string?> BeginiForgeries() => new([null, "", " ", "0", "zz", "sha512=00", new string('0', 128), new string('0', 127), new string('0', 4000), "a,b", "é"]);

    [Theory]
    [MemberData(nameof(BeginiForgeries))]
    public async Task A_forged_Begini_webhook_is_403_in_Beginis_words(string? signature)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Post("begini", "{}"u8.ToArray());
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("X-Signature", signature);

        using var response = await SendUtf8Async(host, request);

        await AssertProblemAsync(response, HttpStatusCode.Forbidden, "Validation Failure");
        Assert.Equal(0, await host.CountMessagesAsync());
    }

    [Fact]
    public async Task Two_different_signatures_are_403_even_if_one_is_good()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Begini("{}");
        request.Headers.TryAddWithoutValidation("X-Signature", new string('0', 128));

        using var response = await host.Http.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.Forbidden, "Validation Failure");
    }

    [Theory]
    [InlineData("x-aghanim-signature", null)]
    [InlineData("x-aghanim-signature", "")]
    [InlineData("x-aghanim-signature", "zz")]
    [InlineData("x-aghanim-signature", "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("x-aghanim-signature-timestamp", null)]
    [InlineData("x-aghanim-signature-timestamp", "")]
    [InlineData("x-aghanim-signature-timestamp", "now")]
    [InlineData("x-aghanim-signature-timestamp", "1.5")]
    [InlineData("x-aghanim-signature-timestamp", "99999999999999999999")]
    public async Task A_forged_Aghanim_webhook_is_403_in_Aghanims_words(string header, string? value)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Aghanim(Payload);
        request.Headers.Remove(header);
        if (value is not null)
            request.Headers.TryAddWithoutValidation(header, value);

        using var response = await host.Http.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.Forbidden, "Invalid signature");
    }

    [Fact]
    public async Task A_stale_webhook_is_403()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var stale = Genuine.Standard("msg_1", "{}"u8.ToArray(), Genuine.Now.AddMinutes(-6));
        using var early = Genuine.Standard("msg_1", "{}"u8.ToArray(), Genuine.Now.AddMinutes(6));
        using var fresh = Genuine.Standard("msg_1", "{}"u8.ToArray(), Genuine.Now.AddMinutes(-4));

        Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(stale)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(early)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(fresh)).StatusCode);
    }

    /// <summary>Payloads that Aghanim's document does not allow.</summary>
    public static TheoryData<string> InvalidPayloads() => new(
        "", " ", "null", "[]", "1", "\"text\"", "{", "{} {}", "{}",
        """{"event_id":"whevt_1"}""",
        """{"event_type":"item.add"}""",
        """{"event_id":"","event_type":"item.add"}""",
        """{"event_id":null,"idempotency_key":null,"event_type":"item.add"}""",
        """{"event_id":1,"event_type":"item.add"}""",
        """{"event_id":"whevt_1","event_type":7}""",
        """{"event_id":"whevt_1","event_type":""}""",
        """{"event_id":"whevt_1","event_type":"\ud800"}""",
        "\uFEFF" + Payload,
        Payload + "\0");

    [Theory]
    [MemberData(nameof(InvalidPayloads))]
    public async Task A_genuine_webhook_with_a_bad_payload_is_400(string payload)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Aghanim(payload);

        using var response = await host.Http.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "Invalid payload");
        Assert.Equal(0, await host.CountMessagesAsync());
        Assert.Contains(host.Log.GetSnapshot(), record => record.Message == "A genuine webhook of aghanim lacks what this sender's webhooks must have: answered 400.");
    }

    [Fact]
    public async Task Invalid_UTF8_is_a_bad_payload()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Aghanim([.. Encoding.UTF8.GetBytes(Payload[..^1]), (byte)',', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);

        using var response = await host.Http.SendAsync(request);

        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "Invalid payload");
    }

    [Fact]
    public async Task A_type_that_the_source_does_not_list_is_ignored_and_not_stored()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), [new("Webhooks:Sources:begini:EventTypes:0", "application.complete")]);

        using var other = await host.Http.SendAsync(Genuine.Begini("""{"event":{"type":"application.expired"}}"""));

        Assert.Equal((HttpStatusCode.OK, """{"status":"ignored"}"""), (other.StatusCode, await other.Content.ReadAsStringAsync()));
        Assert.Equal(0, await host.CountMessagesAsync());
        Assert.Equal("accepted", (await host.SendBeginiAsync("""{"event":{"type":"application.complete"}}""")).Outcome);
    }

    [Fact]
    public async Task A_type_that_the_source_does_not_list_is_400_where_the_senders_document_wants_that()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), [new("Webhooks:Sources:aghanim:EventTypes:0", "order.paid")]);
        using var other = Genuine.Aghanim(Payload);
        using var listed = Genuine.Aghanim(Payload.Replace("item.add", "order.paid", StringComparison.Ordinal));

        using var response = await host.Http.SendAsync(other);

        await AssertProblemAsync(response, HttpStatusCode.BadRequest, "Unknown event type");
        Assert.Contains(host.Log.GetSnapshot(), record => record.Message == "item.add is not one of the EventTypes of aghanim, and this sender wants a refusal: answered 400.");
        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(listed)).StatusCode);
    }

    [Fact]
    public async Task An_acknowledgement_names_the_event_and_a_duplicate_the_same_one()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());

        var first = await host.SendBeginiAsync("""{"event":{"type":"application.complete"}}""");
        var second = await host.SendBeginiAsync("""{"event":{"type":"application.complete"}}""");
        var other = await host.SendBeginiAsync("""{"event":{"type":"application.expired"}}""");

        Assert.Equal((HttpStatusCode.OK, "accepted", first.Id), first);
        Assert.Equal((HttpStatusCode.OK, "duplicate", first.Id), second);
        Assert.Equal((HttpStatusCode.OK, "accepted"), (other.Status, other.Outcome));
        Assert.NotEqual(first.Id, other.Id);
        Assert.Matches("^[0-9a-f]{64}$", first.Id);
    }

    [Fact]
    public async Task The_log_says_what_the_caller_is_not_told()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var request = Genuine.Standard("msg_1", "{}"u8.ToArray(), Genuine.Now.AddDays(-1));

        using var response = await host.Http.SendAsync(request);

        Assert.DoesNotContain("old", await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(host.Log.GetSnapshot(), record => record.Message == "Refused a request to standard: TimestampTooOld.");
        Assert.DoesNotContain(host.Log.GetSnapshot(), record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task What_is_refused_leaves_nothing_behind()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var forged = Genuine.Begini("{}", key: "another-key");
        using var invalid = Genuine.Aghanim("{}");

        await host.Http.SendAsync(forged);
        await host.Http.SendAsync(invalid);

        Assert.Empty(await host.Clients.Rows.QueryAsync<Azure.Data.Tables.TableEntity>().ToListAsync());
        Assert.Equal("accepted", (await host.SendBeginiAsync("{}")).Outcome);
    }

    private static async Task<HttpResponseMessage> SendUtf8Async(IngestHost host, HttpRequestMessage request)
    {
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = host.Http.BaseAddress };
        return await client.SendAsync(request);
    }

    /// <summary>
    /// Every answer but an acknowledgement is a problem (RFC 9457) with a sentence and a trace, and nothing else.
    /// </summary>
    internal static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string detail)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(["detail", "status", "title", "traceId", "type"], json.RootElement.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(detail, json.RootElement.GetProperty("detail").GetString());
        Assert.Equal((int)status, json.RootElement.GetProperty("status").GetInt32());
        Assert.Matches("^[0-9a-f]{32}$", json.RootElement.GetProperty("traceId").GetString());
    }
}
