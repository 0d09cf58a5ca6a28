using System.IO.Compression;
using System.Text;
using FsCheck.Xunit;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Senders.Tests.Payloads;

public sealed class ContentDecoderTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(number => $"{{\"a\":\"é{number * 7919 % 1000}\"}}")));

    public static TheoryData<string> Codings => new(ContentDecoder.Codings);

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_known_coding_is_undone(string coding) => Assert.Equal(Body, Decode(coding, ContentEncoder.Compress(coding, Body))!);

    [Theory]
    [InlineData("gzip", "1F8B080000000000000303000000000000000000")]
    [InlineData("deflate", "789C030000000001")]
    [InlineData("br", "06")]
    public void An_empty_body_is_undone(string coding, string coded) => Assert.Empty(Decode(coding, Convert.FromHexString(coded))!);

    [Fact]
    public void The_optional_fields_of_a_gzip_header_are_skipped()
    {
        var plain = ContentEncoder.Compress("gzip", Body);
        byte[] full = [.. plain[..3], 2 | 4 | 8 | 16, .. plain[4..10], 3, 0, 1, 2, 3, .. "name\0comment\0"u8, 0, 0, .. plain[10..]];

        Assert.Equal(Body, Decode("gzip", full)!);
        for (var length = 0; length < full.Length; length++)
            Assert.Null(Decode("gzip", full[..length]));
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("GZip ", "gzip")]
    [InlineData("br", "br")]
    [InlineData("zstd", "zstd")]
    [InlineData("gzip, br", "gzip, br")]
    [InlineData("identity", null)]
    [InlineData("Identity", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("\u0000", null)]
    [InlineData("gz\u00efp", null)]
    [InlineData("<script>", null)]
    public void A_coding_has_a_plain_name(string? contentEncoding, string? name) => Assert.Equal(name, ContentDecoder.NameOf(contentEncoding));

    [Fact]
    public void The_name_of_a_coding_has_64_characters_at_most()
    {
        Assert.NotNull(ContentDecoder.NameOf(new string('a', 64)));
        Assert.Null(ContentDecoder.NameOf(new string('a', 65)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("zstd")]
    [InlineData("gzip, br")]
    public void Any_other_coding_is_left_alone(string? coding) => Assert.False(ContentDecoder.TryOpen(coding, ContentEncoder.Compress("gzip", Body), int.MaxValue, out _));

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_body_that_is_not_whole_is_refused(string coding)
    {
        var whole = ContentEncoder.Compress(coding, Body);
        for (var length = 0; length < whole.Length; length++)
            Assert.Null(Decode(coding, whole[..length]));

        Assert.Null(Decode(coding, [.. whole, 0]));
        Assert.Null(Decode(coding, [.. whole, .. "more"u8]));
        Assert.Null(Decode(coding, [.. whole, .. whole]));
        Assert.Null(Decode(coding, [.. whole, .. whole[^8..]]));
        Assert.Null(Decode(coding, Body));
    }

    [Theory]
    [InlineData("gzip", "1F8B0800000000000003", "000000FFFF", "0000000000000000")]
    [InlineData("gzip", "1F8B0800000000000003", "000100FEFF61", "43BEB7E801000000")]
    [InlineData("deflate", "789C", "000000FFFF", "00000001")]
    [InlineData("deflate", "789C", "000100FEFF61", "00620062")]
    public void A_body_whose_last_block_is_missing_is_refused_even_if_its_sums_are_right(string coding, string header, string block, string trailer)
    {
        var lastBlock = "01" + block[2..];

        Assert.Null(Decode(coding, Convert.FromHexString(header + block + trailer)));
        Assert.NotNull(Decode(coding, Convert.FromHexString(header + lastBlock + trailer)));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void A_changed_bit_never_gives_another_body(string coding)
    {
        var whole = ContentEncoder.Compress(coding, Body);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var changed = whole.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            // gzip's header has fields that mean nothing, and br has no checksum.
            if (Decode(coding, changed) is { } decoded && coding != "br")
                Assert.Equal(Body, decoded);
        }
    }

    [Fact]
    public void Zlib_with_a_preset_dictionary_is_refused() => Assert.Null(Decode("deflate", [0x78, 0xBB, 0, 0, 0, 1, 1, 2, 3]));

    [Fact]
    public void Deflate_without_its_frame_is_refused()
    {
        using var output = new MemoryStream();
        using (var encoder = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true))
            encoder.Write(Body);

        Assert.Null(Decode("deflate", output.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public void Bytes_expand_as_far_as_they_may(string coding)
    {
        var bomb = ContentEncoder.Compress(coding, new byte[1024 * 1024]);

        Assert.Null(Decode(coding, bomb, maxRatio: 1024 * 1024 / bomb.Length));
        Assert.NotNull(Decode(coding, bomb, maxRatio: (1024 * 1024 / bomb.Length) + 1));
    }

    [Property(MaxTest = 1000)]
    public void No_bytes_throw(byte[] body)
    {
        // Decode takes the one exception that is allowed for a refusal.
        foreach (var coding in ContentDecoder.Codings)
            _ = Decode(coding, body);
    }

    [Fact]
    public async Task It_is_read_in_pieces_and_not_behind_its_end()
    {
        Assert.True(ContentDecoder.TryOpen("gzip", ContentEncoder.Compress("gzip", Body), int.MaxValue, out var decoded));
        await using (decoded)
        {
            var buffer = new byte[7];
            using var output = new MemoryStream();
            while (await decoded.ReadAsync(buffer) is > 0 and var read)
                output.Write(buffer, 0, read);

            Assert.Equal(Body, output.ToArray());
            Assert.Equal(0, await decoded.ReadAsync(buffer));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => decoded.CopyToAsync(Stream.Null, new CancellationToken(canceled: true)));
        }
    }

    private static byte[]? Decode(string coding, byte[] body, int maxRatio = int.MaxValue)
    {
        Assert.True(ContentDecoder.TryOpen(coding, body, maxRatio, out var decoded));
        using (decoded)
        {
            try
            {
                using var output = new MemoryStream();
                decoded.CopyTo(output);
                return output.ToArray();
            }
            catch (InvalidDataException)
            {
                return null;
            }
        }
    }
}
