using System.Net;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Receiving;

public sealed class AllowedAddressTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string FrontDoor = "01234567-89ab-cdef-0123-456789abcdef";

    [Theory]
    // The caller is the test itself, on loopback.
    [InlineData("127.0.0.1", null, null, HttpStatusCode.OK)]
    [InlineData("::ffff:127.0.0.0/104", null, null, HttpStatusCode.OK)]
    [InlineData("203.0.113.7", null, null, HttpStatusCode.Forbidden)]
    // Headers that no setting names do not count.
    [InlineData("203.0.113.7", null, "X-Forwarded-For: 203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", null, "X-Azure-ClientIP: 203.0.113.7", HttpStatusCode.Forbidden)]
    // The header that is named counts, and the peer does not.
    [InlineData("203.0.113.7", "X-Client", "X-Client: 203.0.113.7", HttpStatusCode.OK)]
    [InlineData("203.0.113.7", "x-client", "X-CLIENT: 203.0.113.7:52100", HttpStatusCode.OK)]
    [InlineData("2001:db8::/32", "X-Client", "X-Client: [2001:db8::7]:52100", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", "X-Client", null, HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "X-Client", "X-Client: 192.0.2.9", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "X-Client", "X-Client: 203.0.113.7, 192.0.2.9", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "X-Client", "X-Client: 192.0.2.9, 203.0.113.7", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "X-Client", "X-Client: 203.0.113.7, 203.0.113.7", HttpStatusCode.OK)]
    [InlineData("203.0.113.7", "X-Client", "X-Client: 203.0.113", HttpStatusCode.Forbidden)]
    [InlineData("203.0.113.7", "X-Client", "X-Forwarded-For: 203.0.113.7", HttpStatusCode.Forbidden)]
    public async Task Only_allowed_addresses_may_send(string allowed, string? named, string? header, HttpStatusCode status)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), new Dictionary<string, string?>
        {
            ["Webhooks:Sources:begini:AllowedIPs:0"] = allowed,
            ["Webhooks:ClientAddressHeader"] = named,
        });

        Assert.Equal(status, await SendAsync(host, header is null ? [] : [header]));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, $"X-Azure-FDID: {FrontDoor}")]
    [InlineData(HttpStatusCode.OK, "X-Azure-FDID: 01234567-89AB-CDEF-0123-456789ABCDEF")]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.Forbidden, "X-Azure-FDID: 01234567-89ab-cdef-0123-456789abcdee")]
    [InlineData(HttpStatusCode.Forbidden, "X-Azure-FDID: {01234567-89ab-cdef-0123-456789abcdef}")]
    [InlineData(HttpStatusCode.Forbidden, $"X-Azure-FDID: {FrontDoor}, 01234567-89ab-cdef-0123-456789abcdee")]
    public async Task With_a_Front_Door_only_what_came_through_it_may_send(HttpStatusCode status, params string[] headers)
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), new Dictionary<string, string?>
        {
            ["Webhooks:Sources:begini:AllowedIPs:0"] = "203.0.113.0/24",
            ["Webhooks:ClientAddressHeader"] = "X-Azure-ClientIP",
            ["Webhooks:FrontDoorId"] = FrontDoor,
        });

        Assert.Equal(status, await SendAsync(host, [.. headers, "X-Azure-ClientIP: 203.0.113.7"]));
        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, [.. headers, "X-Azure-ClientIP: 192.0.2.9"]));
    }

    [Fact]
    public async Task A_Front_Door_is_required_of_sources_without_an_allow_list_too()
    {
        await using var host = await IngestHost.StartAsync(azurite.NewStorage(), new Dictionary<string, string?> { ["Webhooks:FrontDoorId"] = FrontDoor });

        Assert.Equal(HttpStatusCode.Forbidden, await SendAsync(host, []));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(host, [$"X-Azure-FDID: {FrontDoor}"]));
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

    private static async Task<HttpStatusCode> SendAsync(IngestHost host, string[] headers)
    {
        using var request = Genuine.Begini("{}");
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        using var response = await host.Http.SendAsync(request);
        return response.StatusCode;
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
