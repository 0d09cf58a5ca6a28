using FunctionsIngest.Bodies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Core.Tests.Bodies;

public sealed class BodyBufferTests
{
    private const int Limit = 100_000;

    private readonly BodyBudget _budget = new(Options.Create(new BodyOptions()));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024 - 1)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(65_536)]
    [InlineData(Limit - 1)]
    [InlineData(Limit)]
    public async Task A_body_within_the_limit_is_read_whole_however_it_arrives(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        foreach (var (announced, piece) in new[] { (true, int.MaxValue), (false, int.MaxValue), (false, 1021), (true, 4096) })
        {
            using var body = await BodyBuffer.ReadAsync(Request(bytes, announced ? length : null, piece), _budget, Limit, CancellationToken.None);

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

        Assert.Null(await BodyBuffer.ReadAsync(Request(source, null), _budget, Limit, CancellationToken.None));

        Assert.InRange(source.Position, Limit + 1, Limit + 1000);
    }

    [Fact]
    public async Task A_body_announced_over_the_limit_is_not_read_at_all()
    {
        var source = new Pieces(new byte[10], 10);

        Assert.Null(await BodyBuffer.ReadAsync(Request(source, Limit + 1L), _budget, Limit, CancellationToken.None));
        Assert.Null(await BodyBuffer.ReadAsync(Request(source, long.MaxValue), _budget, Limit, CancellationToken.None));

        Assert.Equal(0, source.Position);
    }

    [Fact]
    public async Task The_announced_length_allocates_nothing()
    {
        // The whole limit is announced, and one byte comes.
        var request = Request([1], 100 * 1024 * 1024, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var body = await BodyBuffer.ReadAsync(request, _budget, 100 * 1024 * 1024, CancellationToken.None);

        Assert.Equal(1, body!.Bytes.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public async Task A_limit_of_one_byte_holds()
    {
        using var one = await BodyBuffer.ReadAsync(Request([7], null, 1), _budget, 1, CancellationToken.None);

        Assert.Equal([7], one!.Bytes.ToArray());
        Assert.Null(await BodyBuffer.ReadAsync(Request([7, 8], null, 1), _budget, 1, CancellationToken.None));
    }

    [Fact]
    public async Task What_the_connection_throws_comes_through()
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new Broken();

        await Assert.ThrowsAsync<IOException>(() => BodyBuffer.ReadAsync(request, _budget, Limit, CancellationToken.None));
    }

    [Theory]
    [InlineData(BlobBody.MaxBytesHeld - 1, false)]
    [InlineData(BlobBody.MaxBytesHeld + 1, true)]
    [InlineData(BlobBody.MaxBytesHeld * 3, true)]
    public async Task A_large_body_is_spooled_and_gives_its_budget_back(int length, bool isSpooled)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        var body = await BodyBuffer.ReadAsync(Request(bytes, length, 50_000), _budget, length, CancellationToken.None);

        Assert.True(body!.Bytes.Span.SequenceEqual(bytes));
        Assert.Equal(isSpooled ? length : 0, _budget.Spooled);
        Assert.Equal(!isSpooled, _budget.Held >= length);
        body.Dispose();
        Assert.Equal((0, 0), (_budget.Held, _budget.Spooled));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(BlobBody.MaxBytesHeld * 2)]
    public async Task Past_the_budget_nothing_is_read_and_nothing_is_kept(int length)
    {
        var budget = new BodyBudget(Options.Create(new BodyOptions { MaxBytesInMemory = 50_000, MaxBytesSpooled = 50_000 }));

        await Assert.ThrowsAsync<BodyBudgetExceededException>(
            () => BodyBuffer.ReadAsync(Request(new byte[length], length, int.MaxValue), budget, length, CancellationToken.None));

        Assert.Equal((0, 0), (budget.Held, budget.Spooled));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(BlobBody.MaxBytesHeld * 2)]
    public async Task An_abandoned_body_gives_its_budget_back(int length)
    {
        var body = await BodyBuffer.ReadAsync(Request(new byte[length], length, int.MaxValue), _budget, length, CancellationToken.None);

        body!.Abandon();

        Assert.Equal((0, 0), (_budget.Held, _budget.Spooled));
    }

    [Fact]
    public async Task Disposing_twice_returns_the_buffer_once()
    {
        var body = await BodyBuffer.ReadAsync(Request([1, 2, 3], 3, 3), _budget, Limit, CancellationToken.None);

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
