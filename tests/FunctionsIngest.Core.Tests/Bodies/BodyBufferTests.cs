using System.IO.Pipelines;
using FunctionsIngest.Bodies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Core.Tests.Bodies;

public sealed class BodyBufferTests
{
    private const int Limit = 100_000;
    private const string Source = "begini";

    private readonly FakeTimeProvider _time = new();
    private readonly BodyBudget _budget;

    public BodyBufferTests() => _budget = new BodyBudget(Options.Create(new BodyOptions()), _time);

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
            using var body = await BodyBuffer.ReadAsync(Request(bytes, announced ? length : null, piece), _budget, Source, Limit, CancellationToken.None);

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

        Assert.Null(await BodyBuffer.ReadAsync(Request(source, null), _budget, Source, Limit, CancellationToken.None));

        Assert.InRange(source.Position, Limit + 1, Limit + 1000);
    }

    [Fact]
    public async Task A_body_announced_over_the_limit_is_not_read_at_all()
    {
        var source = new Pieces(new byte[10], 10);

        Assert.Null(await BodyBuffer.ReadAsync(Request(source, Limit + 1L), _budget, Source, Limit, CancellationToken.None));
        Assert.Null(await BodyBuffer.ReadAsync(Request(source, long.MaxValue), _budget, Source, Limit, CancellationToken.None));

        Assert.Equal(0, source.Position);
    }

    [Fact]
    public async Task The_announced_length_allocates_nothing()
    {
        // The whole limit is announced, and one byte comes.
        var request = Request([1], 100 * 1024 * 1024, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var body = await BodyBuffer.ReadAsync(request, _budget, Source, 100 * 1024 * 1024, CancellationToken.None);

        Assert.Equal(1, body!.Bytes.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public async Task Only_bytes_that_have_arrived_count_and_little_more_is_allocated()
    {
        const int Bodies = 1000;
        var pipes = Enumerable.Range(0, Bodies).Select(_ => new Pipe()).ToList();
        foreach (var pipe in pipes)
            await pipe.Writer.WriteAsync(new byte[] { 1 });
        // The announced length of all of them is far over the budget.
        var requests = pipes.Select(pipe => Request(pipe.Reader.AsStream(), 1024 * 1024)).ToList();
        var readings = new List<Task<BodyBuffer?>>(Bodies);
        var before = GC.GetAllocatedBytesForCurrentThread();

        foreach (var request in requests)
            readings.Add(BodyBuffer.ReadAsync(request, _budget, Source, 1024 * 1024, CancellationToken.None));

        // Half of it is the piece that the test's own stream is read by.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Bodies, 0, 8 * 1024);
        Assert.Equal(Bodies, _budget.Held);
        foreach (var pipe in pipes)
            await pipe.Writer.CompleteAsync();
        foreach (var body in await Task.WhenAll(readings))
            body!.Dispose();
        Assert.Equal(0, _budget.Held);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_body_that_is_not_whole_within_15_s_ends_with_408_and_gives_everything_back(int arrived)
    {
        var pipe = new Pipe();
        var reading = BodyBuffer.ReadAsync(Request(pipe.Reader.AsStream(), 2000), _budget, Source, Limit, CancellationToken.None);
        await pipe.Writer.WriteAsync(new byte[arrived]);
        await WaitAsync(() => _budget.Held == arrived);

        // A byte now and then is not enough: the deadline is for the whole body.
        _time.Advance(TimeSpan.FromSeconds(14.9));
        await pipe.Writer.WriteAsync(new byte[1]);
        await WaitAsync(() => _budget.Held == arrived + 1);
        Assert.False(reading.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        var exception = await Assert.ThrowsAsync<BadHttpRequestException>(() => reading);
        Assert.Equal(StatusCodes.Status408RequestTimeout, exception.StatusCode);
        Assert.Equal(0, _budget.Held);
    }

    [Fact]
    public async Task A_body_that_ends_in_time_is_read_whole()
    {
        var pipe = new Pipe();
        var reading = BodyBuffer.ReadAsync(Request(pipe.Reader.AsStream(), null), _budget, Source, Limit, CancellationToken.None);
        for (var i = 0; i < 14; i++)
        {
            await pipe.Writer.WriteAsync(new[] { (byte)i });
            await WaitAsync(() => _budget.Held == i + 1);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await pipe.Writer.CompleteAsync();

        using var body = await reading;
        Assert.Equal([.. Enumerable.Range(0, 14).Select(value => (byte)value)], body!.Bytes.ToArray());
    }

    [Fact]
    public async Task A_caller_that_hangs_up_ends_the_reading_and_gives_everything_back()
    {
        using var aborted = new CancellationTokenSource();
        var pipe = new Pipe();
        var reading = BodyBuffer.ReadAsync(Request(pipe.Reader.AsStream(), null), _budget, Source, Limit, aborted.Token);
        await pipe.Writer.WriteAsync(new byte[100]);
        await WaitAsync(() => _budget.Held == 100);

        await aborted.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Equal(0, _budget.Held);
    }

    [Theory]
    [InlineData(60_000, 1_990_000)]
    [InlineData(BlobBody.MaxBytesHeld + 10, BlobBody.MaxBytesHeld + 1)]
    public async Task A_slow_body_is_ended_when_its_source_needs_the_room(int arrived, int needed)
    {
        const int Most = 2 * BlobBody.MaxBytesHeld;
        // Enough for either body, and not for both: the second one needs the file, or the memory, of the first.
        var budget = new BodyBudget(Options.Create(new BodyOptions { MaxBytesInMemory = BlobBody.MaxBytesHeld + 20, MaxBytesSpooled = Most }), _time);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var slow = BodyBuffer.ReadAsync(Request(pipe.Reader.AsStream(), null), budget, Source, Most, CancellationToken.None);
        await pipe.Writer.WriteAsync(new byte[arrived]);
        await WaitAsync(() => budget.Held + budget.Spooled == arrived);
        _time.Advance(BodyBudget.Grace);

        using var whole = await BodyBuffer.ReadAsync(Request(new byte[needed], null, int.MaxValue), budget, Source, Most, CancellationToken.None);

        Assert.Equal(needed, whole!.Bytes.Length);
        await Assert.ThrowsAsync<BodyBudgetExceededException>(() => slow);
        Assert.Equal((0, needed), (budget.Held, budget.Spooled));
    }

    [Fact]
    public async Task A_limit_of_one_byte_holds()
    {
        using var one = await BodyBuffer.ReadAsync(Request([7], null, 1), _budget, Source, 1, CancellationToken.None);

        Assert.Equal([7], one!.Bytes.ToArray());
        Assert.Null(await BodyBuffer.ReadAsync(Request([7, 8], null, 1), _budget, Source, 1, CancellationToken.None));
    }

    [Fact]
    public async Task What_the_connection_throws_comes_through()
    {
        var request = new DefaultHttpContext().Request;
        request.Body = new Broken();

        await Assert.ThrowsAsync<IOException>(() => BodyBuffer.ReadAsync(request, _budget, Source, Limit, CancellationToken.None));
    }

    [Theory]
    [InlineData(BlobBody.MaxBytesHeld - 1, false)]
    [InlineData(BlobBody.MaxBytesHeld + 1, true)]
    [InlineData(BlobBody.MaxBytesHeld * 3, true)]
    public async Task A_large_body_is_spooled_and_gives_its_budget_back(int length, bool isSpooled)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        var body = await BodyBuffer.ReadAsync(Request(bytes, length, 50_000), _budget, Source, length, CancellationToken.None);

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
        var budget = new BodyBudget(Options.Create(new BodyOptions { MaxBytesInMemory = 50_000, MaxBytesSpooled = 50_000 }), _time);

        await Assert.ThrowsAsync<BodyBudgetExceededException>(
            () => BodyBuffer.ReadAsync(Request(new byte[length], length, int.MaxValue), budget, Source, length, CancellationToken.None));

        Assert.Equal((0, 0), (budget.Held, budget.Spooled));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(BlobBody.MaxBytesHeld * 2)]
    public async Task An_abandoned_body_gives_its_budget_back(int length)
    {
        var body = await BodyBuffer.ReadAsync(Request(new byte[length], length, int.MaxValue), _budget, Source, length, CancellationToken.None);

        body!.Abandon();

        Assert.Equal((0, 0), (_budget.Held, _budget.Spooled));
    }

    [Fact]
    public async Task Disposing_twice_returns_the_buffer_once()
    {
        var body = await BodyBuffer.ReadAsync(Request([1, 2, 3], 3, 3), _budget, Source, Limit, CancellationToken.None);

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

    private static async Task WaitAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (!isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, patience.Token);
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
