using System.Net;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Receiving;

public sealed class AllowedAddressTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    // The caller is the test itself, on loopback.
    [InlineData("127.0.0.1", null, null, HttpStatusCode.OK)]
    [InlineData("203.0.113.7", null, null, HttpStatusCode.Forbidden)]
    // A spoofed header does not pass.
    [InlineData("203.0.113.7", null, "203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "198.51.100.0/24", "203.0.113.7", HttpStatusCode.Forbidden)]
    // Behind a trusted proxy, what the proxy saw decides, and not what the caller put to its left.
    [InlineData("203.0.113.7", "127.0.0.0/8", "203.0.113.7", HttpStatusCode.OK)]
    [InlineData("203.0.113.7", "127.0.0.0/8", "203.0.113.7, 192.0.2.9", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "127.0.0.0/8", "192.0.2.9, 203.0.113.7:52100", HttpStatusCode.OK)]
    public async Task Only_allowed_addresses_may_send(string allowed, string? trusted, string? forwarded, HttpStatusCode status)
    {
        var settings = new Dictionary<string, string?> { ["Webhooks:Sources:begini:AllowedIPs:0"] = allowed };
        if (trusted is not null)
            settings["Webhooks:TrustedProxies:0"] = trusted;
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), settings);
        using var request = Genuine.Begini("{}");
        if (forwarded is not null)
            request.Headers.Add("X-Forwarded-For", forwarded);

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_refusal_does_not_wait_for_the_body()
    {
        await using var host = await IngestHost.StartAsync(
            azurite.NewStorage(), new Dictionary<string, string?> { ["Webhooks:Sources:begini:AllowedIPs:0"] = "203.0.113.7" });
        using var never = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/begini") { Content = new StreamContent(new EndlessStream(never.Token)) };
        request.Headers.ExpectContinue = true;

        using var response = await host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("Validation Failure", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await never.CancelAsync();
    }

    /// <summary>A body of which no byte ever comes.</summary>
    private sealed class EndlessStream(CancellationToken end) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token);
            return 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
