using System.Net;
using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Tests.Receiving;

/// <summary>The senders' own requests, byte by byte as their documents' clients send them.</summary>
public sealed class SeedRequestTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    // Aghanim, "Handle webhooks", section "Testing": what curl sends for the document's -d, line ends and all.
    private const string CurlBody =
        "{\n\"event_id\": \"whevt_eAeXhOxLwxy\",\n\"event_type\": \"player.verify\",\n\"idempotency_key\": null,\n"
        + "\"event_data\": {\n\"player_id\": \"testplayer\"\n},\n\"context\": null\n}";

    // The same in Python: what requests sends for json=data, its null written None.
    private const string PythonBody =
        """{"event_id": "whevt_eAeXhOxLwxy", "event_type": "player.verify", "idempotency_key": null, "event_data": {"player_id": "testplayer"}, "context": null}""";

    [Fact]
    public async Task Aghanims_curl_and_Python_requests_are_accepted_and_are_one_webhook()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);

        var curl = await IngestHost.ReadAsync(await app.Host.Http.SendAsync(AsAghanim(Genuine.Aghanim(Item(CurlBody)))));
        var python = await IngestHost.ReadAsync(await app.Host.Http.SendAsync(AsAghanim(Genuine.Aghanim(Item(PythonBody)))));
        await app.Host.ProcessVisibleAsync();

        Assert.Equal((HttpStatusCode.OK, "accepted", curl.Id), curl);
        Assert.Equal((HttpStatusCode.OK, "duplicate", curl.Id), python);
        var run = Assert.Single(handler.Runs);
        Assert.Equal(("item.add", Item(CurlBody)), (run.Type, run.Body.ToString()));
    }

    [Theory]
    [InlineData(CurlBody)]
    [InlineData(PythonBody)]
    public async Task A_type_whose_sender_acts_on_the_answer_gets_no_2xx(string body)
    {
        await using var app = await ObservedHost.StartAsync(azurite);

        using var response = await app.Host.Http.SendAsync(AsAghanim(Genuine.Aghanim(body)));

        await AnswerTests.AssertProblemAsync(response, HttpStatusCode.BadRequest, "Unknown event type");
        Assert.Empty(app.Proxy.Calls);
        Assert.Contains(app.Host.Log.GetSnapshot(), record => record.Level == LogLevel.Error && record.Message.Contains("acts on the answer to player.verify", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CurlBody)]
    [InlineData(PythonBody)]
    public async Task Any_byte_of_them_changed_is_403(string body)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        for (var i = 0; i < body.Length; i++)
        {
            var genuine = AsAghanim(Genuine.Aghanim(body));
            var bytes = Encoding.UTF8.GetBytes(body);
            bytes[i] ^= 1;
            using var changed = Genuine.Post("aghanim", bytes);
            foreach (var header in genuine.Headers)
                changed.Headers.Add(header.Key, header.Value);

            using var response = await app.Host.Http.SendAsync(changed);
            await AnswerTests.AssertProblemAsync(response, HttpStatusCode.Forbidden, "Invalid signature");
        }

        Assert.Empty(app.Proxy.Calls);
    }

    [Fact]
    public async Task A_genuine_retry_of_Aghanim_with_the_first_attempts_timestamp_is_no_forgery()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());

        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(Genuine.Aghanim(Item(CurlBody), Genuine.Now.AddDays(-3).AddMinutes(5)))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(Genuine.Aghanim(Item(CurlBody), Genuine.Now.AddDays(-3).AddMinutes(-5)))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(Genuine.Aghanim(Item(CurlBody), Genuine.Now.AddMinutes(10)))).StatusCode);
    }

    [Fact]
    public async Task All_four_senders_get_in_each_with_its_event_type()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var handler = new RecordingHandler("one");
        await using var host = await IngestHost.StartAsync(
            azurite.NewStorage(), Genuine.QiTechSettings(key), services => services.AddHandler(handler));
        HttpRequestMessage[] requests =
        [
            Genuine.Begini("""{"event":{"type":"application.complete"}}"""),
            Genuine.Standard("msg_1", """{"type":"invoice.paid"}"""u8.ToArray()),
            Genuine.Aghanim(Item(CurlBody)),
            Genuine.QiTech("""{"webhook_type":"pix.received"}"""u8.ToArray(), key),
        ];

        foreach (var request in requests)
            Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(request)).StatusCode);
        await host.ProcessVisibleAsync();

        Assert.Equal(
            [("aghanim", "item.add"), ("begini", "application.complete"), ("qitech", "pix.received"), ("standard", "invoice.paid")],
            handler.Runs.Select(run => (run.Source, run.Type)).Order());
    }

    [Fact]
    public async Task A_sender_that_signs_each_retry_anew_is_recognised()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), Genuine.QiTechSettings(key));
        var body = """{"webhook_type":"pix.received"}"""u8.ToArray();

        Assert.Equal("accepted", (await SendAsync(Genuine.QiTech(body, key, Genuine.Now.AddMinutes(-2)))).Outcome);
        Assert.Equal("duplicate", (await SendAsync(Genuine.QiTech(body, key))).Outcome);
        Assert.Equal("accepted", (await SendAsync(Genuine.Standard("msg_1", body, Genuine.Now.AddMinutes(-2)))).Outcome);
        Assert.Equal("duplicate", (await SendAsync(Genuine.Standard("msg_1", body))).Outcome);
        Assert.Equal("accepted", (await SendAsync(Genuine.Standard("msg_2", body))).Outcome);

        async Task<(HttpStatusCode Status, string? Outcome, string? Id)> SendAsync(HttpRequestMessage request)
            => await IngestHost.ReadAsync(await host.Http.SendAsync(request));
    }

    // The document's own type waits for an answer; this one does not.
    private static string Item(string body) => body.Replace("player.verify", "item.add", StringComparison.Ordinal);

    private static HttpRequestMessage AsAghanim(HttpRequestMessage request)
    {
        request.Headers.UserAgent.ParseAdd("Aghanim/0.1.0");
        request.Headers.Accept.ParseAdd("*/*");
        request.Headers.Host = "hooks.example.com";
        return request;
    }
}
