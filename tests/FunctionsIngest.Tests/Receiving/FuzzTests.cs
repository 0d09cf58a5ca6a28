using System.Globalization;
using System.Text;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Tests.Receiving;

public sealed class FuzzTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly string[] Methods = ["POST", "POST", "POST", "POST", "POST", "POST", "POST", "POST", "GET", "HEAD", "PUT", "OPTIONS", "post", "P\u00d6ST", "", "CONNECT", "X"];
    private static readonly string[] KnownPaths = ["/webhooks/begini", "/webhooks/standard", "/webhooks/aghanim"];
    private static readonly string[] OddPaths = ["/webhooks/begini/", "/webhooks/", "/webhooks/nobody", "/webhooks/%ff%00", "/webhooks/begini?a=%", "//", "*", "/webhooks/begini/../aghanim", "/webhooks/" + new string('a', 3000)];

    private static readonly string[] Headers =
    [
        "X-Signature", "webhook-id", "webhook-timestamp", "webhook-signature", "x-aghanim-signature", "x-aghanim-signature-timestamp", "AUTHORIZATION",
        "Content-Encoding", "Content-Type", "X-Forwarded-For", "traceparent", "Accept", "Expect", "Cookie",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_input_is_answered_with_a_500(int seed)
    {
        const int Requests = 500;
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), [new("Webhooks:MaxBodyBytes", "20000")]);
        var random = new Random(seed);
        var statuses = new Dictionary<int, int>();
        for (var i = 0; i < Requests; i++)
        {
            var (request, isWhole) = Request(random);
            var status = await RawHttp.SendAsync(host.Http.BaseAddress!, request, isWhole) ?? 0;
            statuses[status] = statuses.GetValueOrDefault(status) + 1;

            // 505 is the server's own word on a version of HTTP that there is not.
            Assert.True(status is < 500 or 505, string.Create(CultureInfo.InvariantCulture, $"Request {i} of seed {seed} was answered {status}: {Encoding.Latin1.GetString(request)[..Math.Min(request.Length, 2000)]}"));
        }

        // Storage and secrets were there: nothing was worth a warning, let alone an error.
        Assert.DoesNotContain(host.Log.GetSnapshot(), record => record.Level >= LogLevel.Warning && record.Category!.StartsWith("FunctionsIngest", StringComparison.Ordinal));
        Assert.All(new[] { 400, 403, 404, 405, 413 }, status => Assert.Contains(status, statuses.Keys));

        // A server that closes the connection on a request that is still coming may not be heard any more.
        Assert.True(statuses.GetValueOrDefault(0) < Requests / 4, string.Join(", ", statuses));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task No_signed_body_is_answered_with_a_500(int seed)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage());
        using var http = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = host.Http.BaseAddress };
        var random = new Random(seed);
        for (var i = 0; i < 250; i++)
        {
            var body = Body(random, 3000);
            using var request = random.Next(3) switch
            {
                0 => Genuine.Begini(body),
                1 => Genuine.Aghanim(body),
                _ => Genuine.Standard($"msg_{i}", body),
            };
            if (random.Next(4) == 0)
                request.Coded(Pick(random, "gzip", "deflate", "br"));
            if (random.Next(4) == 0)
                request.Content!.Headers.TryAddWithoutValidation("Content-Type", Text(random, 300));

            using var response = await http.SendAsync(request);
            Assert.InRange((int)response.StatusCode, 200, 400);
        }

        await host.ProcessVisibleAsync();
        Assert.DoesNotContain(host.Log.GetSnapshot(), record => record.Level >= LogLevel.Error && record.Category!.StartsWith("FunctionsIngest", StringComparison.Ordinal));
    }

    private static (byte[] Bytes, bool IsWhole) Request(Random random)
    {
        var body = Body(random, random.Next(10) == 0 ? 80_000 : 2000);
        // What headers alone can refuse never gets to its body, so some requests have nothing wrong in their headers.
        var isPlain = random.Next(4) == 0;
        var head = new StringBuilder($"{Pick(random, Methods)} {Pick(random, random.Next(4) > 0 ? KnownPaths : OddPaths)} HTTP/1.{(random.Next(40) == 0 ? "7" : "1")}\r\nHost: localhost\r\nConnection: close\r\n");
        if (isPlain)
            head.Clear().Append(CultureInfo.InvariantCulture, $"POST /webhooks/begini HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Signature: {new string('0', 128)}\r\n");
        for (var i = isPlain ? 0 : random.Next(6); i > 0; i--)
        {
            var name = Pick(random, Headers);
            head.Append(CultureInfo.InvariantCulture, $"{name}: {HeaderValue(random, name)}\r\n");
            if (random.Next(5) == 0)
                head.Append(CultureInfo.InvariantCulture, $"{name}: {HeaderValue(random, name)}\r\n");
        }

        var (length, isWhole) = random.Next(16) switch
        {
            0 => ("Transfer-Encoding: chunked\r\n", false),
            1 => ($"Content-Length: {body.Length + 10}\r\n", false),
            2 => ("Content-Length: -1\r\n", true),
            3 => ("", true),
            _ => ($"Content-Length: {body.Length}\r\n", true),
        };
        head.Append(length).Append("\r\n");
        return ([.. Encoding.Latin1.GetBytes(head.ToString()), .. body], isWhole);
    }

    private static string HeaderValue(Random random, string name) => random.Next(8) switch
    {
        0 => "",
        1 => new string('a', random.Next(20_000)),
        2 => Text(random, 100),
        3 => new string('0', 64 * random.Next(1, 3)),
        4 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        5 => "v1," + Convert.ToBase64String(new byte[32]) + " v1a,x v2,y",
        6 => Genuine.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        _ => name.StartsWith("Content", StringComparison.Ordinal) ? Pick(random, "gzip", "br", "deflate", "gzip, gzip", "application/json") : "msg_1",
    };

    private static byte[] Body(Random random, int most)
    {
        switch (random.Next(4))
        {
            case 0:
                var bytes = new byte[random.Next(most)];
                random.NextBytes(bytes);
                return bytes;
            case 1:
                return Encoding.UTF8.GetBytes(Pick(random,
                    "{}", "[]", "null", "\"", """{"event":{"type":"\ud800"}}""", """{"type":{"type":[]}}""", """{"event_id":"x","event_type":"y"}""",
                    """{"event_id":"x","event_type":"\u0000"}""", """{"event_type":"a","event_type":"b","event_id":"c"}""", """{"event":"type"}""", "\uFEFF{}", "1e999"));
            case 2:
                return Encoding.UTF8.GetBytes(new string(Pick(random, "[", "{\"a\":", "\"").AsSpan()[0], random.Next(most)));
            default:
                return Encoding.UTF8.GetBytes($$"""{"event":{"type":{{System.Text.Json.JsonSerializer.Serialize(Text(random, 400))}}},"n":{{random.Next()}}}""");
        }
    }

    /// <summary>Characters of every kind, line ends left out.</summary>
    private static string Text(Random random, int most)
    {
        var text = new StringBuilder();
        for (var i = random.Next(most); i > 0; i--)
        {
            var character = (char)(random.Next(3) == 0 ? random.Next(1, 0xFFFF) : random.Next(' ', '~'));
            text.Append(character is '\r' or '\n' ? ' ' : character);
        }

        return text.ToString();
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
