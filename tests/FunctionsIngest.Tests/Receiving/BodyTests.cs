using System.Net;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Queueing;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Receiving;

public sealed class BodyTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly byte[] Random = RandomBytes(300_000);

    /// <summary>Bodies by what is odd about them.</summary>
    private static readonly Dictionary<string, byte[]> Bodies = new()
    {
        ["empty"] = [],
        ["one byte"] = [0x7B],
        ["NULs"] = new byte[100],
        ["invalid UTF-8"] = [0xC3, 0x28, 0xFF, 0xFE, 0x80],
        ["BOM"] = [0xEF, 0xBB, 0xBF, .. "{}"u8],
        ["UTF-16"] = Encoding.Unicode.GetBytes("""{"event":{"type":"x"}}"""),
        ["no JSON"] = "a=1&b=2"u8.ToArray(),
        ["control characters"] = [.. Enumerable.Range(0, 256).Select(value => (byte)value)],
        ["XML in JSON"] = """{"a":"<&]]>"}"""u8.ToArray(),
        ["lone surrogate"] = """{"event":{"type":"\ud800"}}"""u8.ToArray(),
        ["45 KiB"] = Random[..(45 * 1024)],
        ["45 KiB and 1"] = Random[..(45 * 1024 + 1)],
        ["60 KiB"] = Random[..(60 * 1024)],
        ["300 kB"] = Random,
    };

    /// <summary>The names of the bodies.</summary>
    public static TheoryData<string> Names() => new(Bodies.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_body_keeps_every_byte_up_to_the_handler_and_into_the_archive(string name)
    {
        var body = Bodies[name];
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler);
        using var request = Genuine.Begini(body).Typed("application/x-odd; charset=utf-8");
        request.Headers.TransferEncodingChunked = name.Length % 2 == 0;

        var (status, outcome, id) = await IngestHost.ReadAsync(await host.Http.SendAsync(request));
        Assert.Equal((HttpStatusCode.OK, "accepted"), (status, outcome));
        await host.ProcessVisibleAsync();

        var run = Assert.Single(handler.Runs);
        Assert.Equal(body, run.Body.ToArray());
        Assert.Equal(id, run.Id);
        Assert.Equal("application/x-odd; charset=utf-8", run.ContentType);
        Assert.Equal("webhook", run.Type);
        Assert.Equal(body, await ReadArchiveAsync(host));
        Assert.Empty(await host.ListPayloadsAsync());
    }

    [Fact]
    public async Task The_claim_check_begins_where_the_message_would_exceed_60_KiB()
    {
        const int ProbeSize = 30_000;
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var handler = new RecordingHandler("recorder");
        // A time of whole seconds, so that every message's attributes are of one length.
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(Genuine.Now.ToUnixTimeSeconds()));
        await using var host = await StartAsync(handler, proxy.ConnectionString, time);
        await host.Http.SendAsync(Genuine.Begini(Random[..ProbeSize]));
        var attributes = Assert.Single(proxy.Sent).Body.ToMemory().Length - (ProbeSize / 3 * 4);
        var edge = (EventQueue.MaxMessageBytes - attributes) / 4 * 3;

        await host.Http.SendAsync(Genuine.Begini(Random[..edge]));
        Assert.Empty(await host.ListPayloadsAsync());
        await host.Http.SendAsync(Genuine.Begini(Random[..(edge + 1)]));
        Assert.Single(await host.ListPayloadsAsync());
        await host.ProcessVisibleAsync();

        Assert.InRange(proxy.Sent[1].Body.ToMemory().Length, EventQueue.MaxMessageBytes - 3, EventQueue.MaxMessageBytes);
        Assert.InRange(proxy.Sent[2].Body.ToMemory().Length, 1, 2000);
        Assert.Equal([Random[..ProbeSize], Random[..edge], Random[..(edge + 1)]], handler.Runs.Select(run => run.Body.ToArray()));
        Assert.Empty(await host.ListPayloadsAsync());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_that_was_signed_and_then_compressed_is_inflated_only_where_the_source_says_so(string coding)
    {
        var plain = Encoding.UTF8.GetBytes("""{"event":{"type":"application.complete"},"n":1}""");
        var handler = new RecordingHandler("recorder");
        await using (var host = await StartAsync(handler))
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(Genuine.Begini(plain).Coded(coding, ContentEncoder.Compress(coding, plain)))).StatusCode);

        await using (var host = await StartAsync(handler, settings: [new("Webhooks:Sources:begini:Compression", "signed-before")]))
        {
            var first = await IngestHost.ReadAsync(await host.Http.SendAsync(Genuine.Begini(plain).Coded(coding, ContentEncoder.Compress(coding, plain))));
            var second = await IngestHost.ReadAsync(await host.Http.SendAsync(Genuine.Begini(plain)));
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(Genuine.Begini(plain).Coded(coding))).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Http.SendAsync(Genuine.Begini(plain).Coded(coding, [.. ContentEncoder.Compress(coding, plain), 0]))).StatusCode);
            await host.ProcessVisibleAsync();

            Assert.Equal("accepted", first.Outcome);
            Assert.Equal(("duplicate", first.Id), (second.Outcome, second.Id));
        }

        var run = Assert.Single(handler.Runs);
        Assert.Equal(("application.complete", null, false), (run.Type, run.ContentCoding, run.IsInflated));
        Assert.Equal(plain, run.Body.ToArray());
    }

    [Theory]
    [InlineData("gzip", "gzip", null, true)]
    [InlineData("gzip", null, null, true)]
    [InlineData("gzip", "br", null, true)]
    [InlineData("deflate", "deflate", "deflate", false)]
    [InlineData("deflate", null, null, false)]
    [InlineData("br", "br", "br", false)]
    [InlineData("br", "zstd", "zstd", false)]
    public async Task A_body_that_was_compressed_and_then_signed_is_handed_on_as_it_was_verified(string coding, string? label, string? handedOn, bool isInflated)
    {
        var plain = Encoding.UTF8.GetBytes("""{"event":{"type":"application.complete"},"n":2}""");
        var signed = ContentEncoder.Compress(coding, plain);
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler);
        using var request = Genuine.Begini(signed);

        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(label is null ? request : request.Coded(label))).StatusCode);
        await host.ProcessVisibleAsync();

        var run = Assert.Single(handler.Runs);
        Assert.Equal((isInflated ? "application.complete" : "webhook", handedOn, isInflated), (run.Type, run.ContentCoding, run.IsInflated));
        Assert.Equal(isInflated ? plain : signed, run.Body.ToArray());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_label_that_nobody_signed_makes_no_other_webhook(string label)
    {
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler, settings: [new("Webhooks:Sources:begini:ReplayKey:0", "/0")]);

        var first = await IngestHost.ReadAsync(await host.Http.SendAsync(Genuine.Begini("""["ord_1","paid"]""")));
        var second = await IngestHost.ReadAsync(await host.Http.SendAsync(Genuine.Begini("""["ord_1","paid"]""").Coded(label)));
        await host.ProcessVisibleAsync();

        Assert.Equal(("duplicate", first.Id), (second.Outcome, second.Id));
        Assert.Equal("""["ord_1","paid"]""", Assert.Single(handler.Runs).Body.ToString());
    }

    [Fact]
    public async Task A_content_type_that_nobody_signed_makes_no_other_webhook()
    {
        var file = ContentEncoder.Compress("gzip", """["ord_1","paid"]"""u8.ToArray());
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler, settings: [new("Webhooks:Sources:begini:ReplayKey:0", "/0")]);

        var first = await IngestHost.ReadAsync(await host.Http.SendAsync(Genuine.Begini(file)));
        var second = await IngestHost.ReadAsync(await host.Http.SendAsync(Genuine.Begini(file).Typed("application/gzip")));
        await host.ProcessVisibleAsync();

        Assert.Equal(("duplicate", first.Id), (second.Outcome, second.Id));
        Assert.Equal("""["ord_1","paid"]""", Assert.Single(handler.Runs).Body.ToString());
    }

    [Theory]
    [InlineData("application/json", "application/json, application/json", "br", "br, br")]
    [InlineData("application/json; a=b", "application/json; a=b,application/json; a=b", "zstd", "zstd,zstd")]
    [InlineData("application/json, text/plain", "application/json, text/plain", "gzip, br", "gzip, br")]
    public async Task What_equal_repetitions_of_a_header_say_counts_once(string type, string types, string coding, string codings)
    {
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler);
        using var request = Genuine.Begini("{\"n\":1}");
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", types);
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", codings);

        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(request)).StatusCode);
        await host.ProcessVisibleAsync();

        var run = Assert.Single(handler.Runs);
        Assert.Equal((type, coding), (run.ContentType, run.ContentCoding));
    }

    [Fact]
    public async Task Gzip_that_is_broken_stays_what_it_is()
    {
        byte[] broken = [.. ContentEncoder.Compress("gzip", "{}"u8.ToArray()), 0];
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler);

        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(Genuine.Begini(broken).Coded("gzip"))).StatusCode);
        await host.ProcessVisibleAsync();

        var run = Assert.Single(handler.Runs);
        Assert.Equal(("gzip", false), (run.ContentCoding, run.IsInflated));
        Assert.Equal(broken, run.Body.ToArray());
    }

    [Fact]
    public async Task A_label_on_a_plain_body_is_believed_by_nobody()
    {
        var handler = new RecordingHandler("recorder");
        await using var host = await StartAsync(handler);
        using var request = Genuine.Begini("{\"n\":1}").Coded("gzip");

        Assert.Equal(HttpStatusCode.OK, (await host.Http.SendAsync(request)).StatusCode);
        await host.ProcessVisibleAsync();

        var run = Assert.Single(handler.Runs);
        Assert.Equal(("{\"n\":1}", null), (run.Body.ToString(), run.ContentCoding));
    }

    [Fact]
    public async Task A_bomb_is_refused_whether_it_is_signed_or_not()
    {
        await using var host = await StartAsync(new RecordingHandler("recorder"));
        var bomb = ContentEncoder.Compress("gzip", new byte[64 * 1024 * 1024]);
        using var forged = Genuine.Post("begini", bomb).Coded("gzip");
        forged.Headers.Add("X-Signature", new string('0', 128));
        using var signed = Genuine.Begini(bomb).Coded("gzip");

        using var refused = await host.Http.SendAsync(forged);
        using var tooLarge = await host.Http.SendAsync(signed);

        await AnswerTests.AssertProblemAsync(refused, HttpStatusCode.Forbidden, "Validation Failure");
        await AnswerTests.AssertProblemAsync(tooLarge, HttpStatusCode.RequestEntityTooLarge, "The body is too large.");
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_whole_is_no_webhook()
    {
        await using var host = await StartAsync(new RecordingHandler("recorder"));

        var status = await RawHttp.SendAsync(
            host.Http.BaseAddress!, Encoding.ASCII.GetBytes("POST /webhooks/begini HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nshort"), isWhole: false);

        Assert.True(status is null or 400, $"Answered {status}.");
        Assert.Equal(0, await host.CountMessagesAsync());
    }

    private Task<IngestHost> StartAsync(
        RecordingHandler handler, string? storage = null, TimeProvider? time = null, IEnumerable<KeyValuePair<string, string?>>? settings = null)
        => IngestHost.StartAsync(
            storage ?? azurite.NewStorage(),
            settings,
            services: services => services.AddHandler(handler).AddSingleton(time ?? TimeProvider.System));

    private static async Task<byte[]> ReadArchiveAsync(IngestHost host)
    {
        var names = await host.ListArchiveAsync();
        var document = (await host.Clients.Archive.GetBlobClient(names.Single(name => name.EndsWith(".json", StringComparison.Ordinal))).DownloadContentAsync()).Value.Content;
        using var json = JsonDocument.Parse(document);
        if (!json.RootElement.TryGetProperty("payload", out var payload))
            return json.RootElement.GetProperty("data_base64").GetBytesFromBase64();

        Assert.Equal(2, names.Count);
        return (await host.Clients.Archive.GetBlobClient(payload.GetString()!).DownloadContentAsync()).Value.Content.ToArray();
    }

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
