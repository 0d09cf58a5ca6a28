using FunctionsIngest.Ingestion;
using FunctionsIngest.Sources;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Core.Tests.Ingestion;

public sealed class BodyBufferTests
{
    private const int Limit = 3_000_000;

    private static BodyBudget Budget => new(Options.Create(new WebhookOptions()));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024 - 1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(65_536)]
    [InlineData(1024 * 1024 - 1)]
    [InlineData(1024 * 1024)]
    [InlineData(1024 * 1024 + 1)]
    [InlineData(2 * 1024 * 1024)]
    [InlineData(Limit - 1)]
    [InlineData(Limit)]
    public async Task A_body_within_the_limit_is_read_whole_however_it_arrives(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        foreach (var (announced, piece) in new[] { (true, int.MaxValue), (false, int.MaxValue), (false, 1021), (true, 4096) })
        {
            using var body = await BodyBuffer.ReadAsync(Request(bytes, announced ? length : null, piece), Budget, Limit, CancellationToken.None);

            Assert.NotNull(body);
            Assert.True(body.Bytes.Span.SequenceEqual(bytes));
        }
    }

    [Theory]
    [InlineData(Limit + 1)]
    [InlineData(Limit * 3)]
    public async Task A_body_over_the_limit_is_refused_while_it_is_read(int length)
    {
        var source = new Pieces(new byte[length], 1000);

        Assert.Null(await BodyBuffer.ReadAsync(Request(source, null), Budget, Limit, CancellationToken.None));

        Assert.InRange(source.Position, Limit + 1, Limit + 1000);
    }

    [Fact]
    public async Task A_body_announced_over_the_limit_is_not_read_at_all()
    {
        var source = new Pieces(new byte[10], 10);

        Assert.Null(await BodyBuffer.ReadAsync(Request(source, Limit + 1L), Budget, Limit, CancellationToken.None));
        Assert.Null(await BodyBuffer.ReadAsync(Request(source, long.MaxValue), Budget, Limit, CancellationToken.None));

        Assert.Equal(0, source.Position);
    }

    [Fact]
    public async Task The_announced_length_allocates_nothing()
    {
        // The whole limit is announced, and one byte comes.
        var request = Request([1], 100 * 1024 * 1024, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var body = await BodyBuffer.ReadAsync(request, Budget, 100 * 1024 * 1024, CancellationToken.None);

        Assert.Equal(1, body!.Bytes.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public async Task A_limit_of_one_byte_holds()
    {
        using var one = await BodyBuffer.ReadAsync(Request([7], null, 1), Budget, 1, CancellationToken.None);

        Assert.Equal([7], one!.Bytes.ToArray());
        Assert.Null(await BodyBuffer.ReadAsync(Request([7, 8], null, 1), Budget, 1, CancellationToken.None));
    }

    [Fact]
    public async Task What_the_connection_throws_comes_through()
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new Broken();

        await Assert.ThrowsAsync<IOException>(() => BodyBuffer.ReadAsync(request, Budget, Limit, CancellationToken.None));
    }

    [Fact]
    public async Task Disposing_twice_returns_the_buffer_once()
    {
        var body = await BodyBuffer.ReadAsync(Request([1, 2, 3], 3, 3), Budget, Limit, CancellationToken.None);

        body!.Dispose();
        body.Dispose();

        Assert.Equal(0, body.Bytes.Length);
    }

    private static HttpRequest Request(byte[] bytes, long? announced, int piece) => Request(new Pieces(bytes, piece), announced);

    private static HttpRequest Request(Stream body, long? announced)
    {
        var request = new DefaultHttpContext().Request;
        request.Body = body;
        request.ContentLength = announced;
        return request;
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    private sealed class Broken : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => throw new IOException("The connection was reset.");
    }
}
