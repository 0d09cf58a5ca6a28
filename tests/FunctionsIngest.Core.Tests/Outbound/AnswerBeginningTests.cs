using FunctionsIngest.Outbound;
using Moq;

namespace FunctionsIngest.Core.Tests.Outbound;

public sealed class AnswerBeginningTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(AnswerBeginning.MaxBytes)]
    public async Task A_short_answer_is_read_whole(int length)
    {
        var text = new string('x', length);
        var beginning = new AnswerBeginning();

        await beginning.ReadAsync(new StringContent(text), CancellationToken.None);

        Assert.Equal(text, beginning.Text);
    }

    [Fact]
    public async Task Of_a_longer_answer_nothing_is_read_after_64_KiB()
    {
        using var answer = new MemoryStream(new byte[AnswerBeginning.MaxBytes + 1]);
        var beginning = new AnswerBeginning();

        await beginning.ReadAsync(new StreamContent(answer), CancellationToken.None);

        Assert.Equal(64 * 1024, beginning.Text.Length);
    }

    [Fact]
    public async Task What_came_before_an_answer_broke_is_kept()
    {
        byte[] text = [.. "héll"u8];
        var reads = 0;
        var answer = new Mock<Stream>();
        answer.Setup(stream => stream.ReadAsync(It.IsAny<Memory<byte>>(), It.IsAny<CancellationToken>()))
            .Returns((Memory<byte> buffer, CancellationToken _) =>
            {
                // Like the framework's reader of chunks: a read that reaches the fault throws, whatever it has copied.
                for (var i = 0; i < buffer.Length; i++)
                    buffer.Span[i] = reads < text.Length ? text[reads++] : throw new IOException("The connection was cut.");
                return ValueTask.FromResult(buffer.Length);
            });
        var beginning = new AnswerBeginning();

        await Assert.ThrowsAsync<IOException>(() => beginning.ReadAsync(new StreamContent(answer.Object), CancellationToken.None));

        Assert.Equal("héll", beginning.Text);
    }
}
