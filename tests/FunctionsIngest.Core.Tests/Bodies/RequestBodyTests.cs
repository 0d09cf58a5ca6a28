using System.Buffers;
using System.IO.Compression;
using FunctionsIngest.Bodies;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Core.Tests.Bodies;

public sealed class RequestBodyTests
{
    private const int Limit = 10_000;

    private readonly BodyBudget _budget = new(Options.Create(new BodyOptions()), TimeProvider.System);

    [Theory]
    [InlineData("gzip", 900, ContentCodingResult.Decoded)]
    [InlineData("GZIP", 900, ContentCodingResult.Decoded)]
    [InlineData("identity", 900, ContentCodingResult.NotCoded)]
    [InlineData("zstd", 900, ContentCodingResult.NotCoded)]
    [InlineData("br", 900, ContentCodingResult.Undecodable)]
    [InlineData("gzip", Limit, ContentCodingResult.Undecodable)]
    public async Task Bytes_from_anybody_are_decoded_to_100_times_their_size(string contentEncoding, int length, object expected)
    {
        using (var body = await BodyAsync(Compress(new byte[length])))
        {
            Assert.Equal(expected, await body.DecodeAsync(contentEncoding, CancellationToken.None));
            Assert.Equal(Equals(expected, ContentCodingResult.Decoded) ? new byte[length] : body.Raw.ToArray(), body.Plain.ToArray());
        }

        Assert.Equal((0, 0), (_budget.Held, _budget.Spooled));
    }

    [Theory]
    [InlineData(Limit, ContentCodingResult.Decoded)]
    [InlineData(Limit + 1, ContentCodingResult.TooLarge)]
    public async Task The_limit_holds_for_what_comes_out(int length, object expected)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes.AsSpan(0, 500));
        using var body = await BodyAsync(Compress(bytes));

        Assert.Equal(expected, await body.DecodeAsync("gzip", CancellationToken.None));
    }

    [Fact]
    public async Task The_deadline_ends_the_work()
    {
        using var body = await BodyAsync(Compress(new byte[900]));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await body.DecodeAsync("gzip", new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task What_was_verified_stays_readable_when_it_is_inflated_once_more()
    {
        var file = Compress(new byte[900]);
        using (var body = await BodyAsync(Compress(file)))
        {
            await body.DecodeAsync("gzip", CancellationToken.None);
            var verified = body.Plain;
            await using var inflating = new GZipStream(new MemoryStream(verified.ToArray()), CompressionMode.Decompress);
            await body.ReadAsync(inflating, CancellationToken.None);

            // Who rents next gets a buffer that was returned.
            var next = ArrayPool<byte>.Shared.Rent(verified.Length);
            next.AsSpan().Fill(0xFF);
            Assert.Equal(file, verified.ToArray());
            ArrayPool<byte>.Shared.Return(next);
        }

        Assert.Equal((0, 0), (_budget.Held, _budget.Spooled));
    }

    private async Task<RequestBody> BodyAsync(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return new RequestBody((await BodyBuffer.ReadAsync(stream, _budget, "tested", Limit, CancellationToken.None))!, _budget, "tested", Limit);
    }

    private static byte[] Compress(byte[] body)
    {
        using var output = new MemoryStream();
        using (var encoder = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
            encoder.Write(body);
        return output.ToArray();
    }
}
