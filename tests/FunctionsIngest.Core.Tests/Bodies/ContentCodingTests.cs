using System.IO.Compression;
using System.Text;
using FsCheck.Xunit;
using FunctionsIngest.Bodies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Core.Tests.Bodies;

public sealed class ContentCodingTests
{
    private const int Limit = 10_000;

    private static readonly byte[] Body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":\"é\"}", 100)));

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("GZip ")]
    [InlineData("deflate")]
    [InlineData("br")]
    public void A_known_coding_is_undone(string coding)
    {
        Assert.Equal(ContentCodingResult.Inflated, TryInflate(coding, Compress(coding, Body), out var inflated));

        Assert.Equal(Body, inflated);
    }

    [Theory]
    [InlineData("")]
    [InlineData("identity")]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    [InlineData("gzip,gzip")]
    [InlineData("\u0000")]
    public void Any_other_coding_is_left_alone(string coding)
    {
        Assert.Equal(ContentCodingResult.NotCoded, TryInflate(coding, Compress("gzip", Body), out var inflated));

        Assert.Null(inflated);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public void A_label_on_a_plain_body_changes_nothing(string coding)
        => Assert.Equal(ContentCodingResult.NotCoded, TryInflate(coding, Body, out _));

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public void Of_a_body_that_ends_early_nothing_is_made_up(string coding)
    {
        var whole = Compress(coding, Body);
        for (var length = 1; length < whole.Length; length++)
        {
            if (TryInflate(coding, whole[..length], out var inflated) == ContentCodingResult.Inflated)
                Assert.True(Body.AsSpan().StartsWith(inflated));
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public void The_limit_holds_for_what_comes_out(string coding)
    {
        Assert.Equal(ContentCodingResult.Inflated, TryInflate(coding, Compress(coding, new byte[Limit]), out var inflated));
        Assert.Equal(Limit, inflated!.Length);
        Assert.Equal(ContentCodingResult.TooLarge, TryInflate(coding, Compress(coding, new byte[Limit + 1]), out _));
    }

    [Fact]
    public void A_bomb_allocates_no_more_than_the_limit_asks_for()
    {
        var bomb = Compress("gzip", new byte[50 * 1024 * 1024]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(ContentCodingResult.TooLarge, TryInflate("gzip", bomb, out var inflated));

        Assert.Null(inflated);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Property]
    public bool No_bytes_throw(byte[] body)
        => new[] { "gzip", "deflate", "br" }.All(coding => Enum.IsDefined(TryInflate(coding, body, out _)));

    private static ContentCodingResult TryInflate(string coding, byte[] body, out byte[]? inflated)
    {
        // Nothing here waits: the whole body is in memory.
        var budget = new BodyBudget(Options.Create(new BodyOptions()), TimeProvider.System);
        var (result, buffer) = ContentCoding.TryInflateAsync(new HeaderDictionary { ["Content-Encoding"] = coding }, body, budget, "begini", Limit).GetAwaiter().GetResult();
        inflated = buffer?.Bytes.ToArray();
        buffer?.Dispose();
        Assert.Equal((0, 0), (budget.Held, budget.Spooled));
        return result;
    }

    private static byte[] Compress(string coding, byte[] body)
    {
        using var output = new MemoryStream();
        using (Stream encoder = coding.Trim().ToLowerInvariant() switch
        {
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true),
            _ => new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            encoder.Write(body);
        }

        return output.ToArray();
    }
}
