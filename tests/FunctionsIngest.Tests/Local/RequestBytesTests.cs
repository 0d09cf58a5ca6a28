using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Local;

/// <summary>Genuine webhooks, byte by byte, as a sender may put them on the wire to the local host's server.</summary>
public sealed class RequestBytesTests : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("functions-ingest-").FullName;
    private readonly LocalHostProcess _host;
    private int _sent;

    public RequestBytesTests(AzuriteFixture azurite)
        => _host = LocalHostProcess.Start(
            new Dictionary<string, string> { ["WebhookStorage"] = azurite.NewStorage(), ["Secrets__begini-api-key"] = Genuine.BeginiKey },
            $"--Local:DataPath={_data}", "--urls", "http://127.0.0.1:0");

    public Task InitializeAsync() => _host.WaitUntilListeningAsync();

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_genuine_webhook_gets_in_whatever_bytes_its_other_headers_have()
    {
        // Each character is one byte.
        string[] headers =
        [
            // Latin-1, UTF-8, and what is neither.
            "X-Company: Caf\u00E9", "X-Company: Caf\u00C3\u00A9", "X-Company: \u00FF\u00FE\u0080\u009F",
            // Headers that the app, the server or its telemetry read.
            "Content-Type: text/plain; name=Caf\u00E9", "Content-Encoding: \u00E9", "User-Agent: Caf\u00E9", "Accept: \u00E9", "Cookie: a=\u00E9",
            "Authorization: Caf\u00E9", "X-Forwarded-For: \u00E9", "Date: \u00E9", "Expect: \u00E9",
            "traceparent: \u00E9", "baggage: caf\u00E9=\u00E9", "Request-Id: \u00E9",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: caf\u00E9=\u00E9",
            // Odd, and allowed.
            "X_Company: x", "X-Company:", "X-Company: a\tb", "Content-Type: a/b\r\nContent-Type: c/d", "X-HTTP-Method-Override: PUT", "If-None-Match: *",
            $"X-Company: {new string('\u00E9', 30_000)}", string.Join("\r\n", Enumerable.Range(0, 90).Select(i => $"X-Company-{i}: \u00E9")),
            // What a client of Java sends when it would rather speak HTTP/2.
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        ];

        foreach (var header in headers)
            Assert.True(await SendAsync("/webhooks/begini", header) == 200, $"Refused: {header}");

        // And each has gone all the way.
        await ObservedHost.UntilAsync(() => Task.FromResult(_host.Output.Split("Processed webhook").Length - 1 == headers.Length));
        Assert.DoesNotContain("fail:", _host.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/webhooks/begini?x=Caf%E9", 200)]
    [InlineData("/webhooks/begini?x=%ZZ&y=%", 200)]
    [InlineData("/webhooks/begini?x=[]{}|^`\"<>\\", 200)]
    [InlineData("/webhooks/%E9", 404)]
    // RFC 3986 has no such characters, and the server says so before the app sees anything.
    [InlineData("/webhooks/begini?x=Caf\u00E9", 400)]
    public async Task An_address_is_made_of_what_RFC_3986_allows(string target, int status)
        => Assert.Equal(status, await SendAsync(target, "X-Company: x"));

    private Task<int?> SendAsync(string target, string headers)
    {
        var body = Encoding.ASCII.GetBytes($$"""{"n":{{_sent++}}}""");
        var signature = Convert.ToHexStringLower(HMACSHA512.HashData(Encoding.UTF8.GetBytes(Genuine.BeginiKey), body));
        var head = Encoding.Latin1.GetBytes($"POST {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\nX-Signature: {signature}\r\nContent-Length: {body.Length}\r\n\r\n");
        return RawHttp.SendAsync(_host.Url, (byte[])[.. head, .. body], isWhole: true);
    }
}
