using FsCheck.Xunit;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Tests.Keys;

public class BinaryTextTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("00fF", true)]
    [InlineData("0", false)]
    [InlineData("0g", false)]
    [InlineData("00 ", false)]
    [InlineData(" 00", false)]
    [InlineData("00\0", false)]
    [InlineData("00é0", false)]
    [InlineData("００", false)]
    public void Hexadecimal_digits(string text, bool accepted)
        => Assert.Equal(accepted, BinaryText.TryDecodeHex(text, new byte[16], out _));

    [Theory]
    [InlineData("", true)]
    [InlineData("AA==", true)]
    [InlineData("AAA=", true)]
    [InlineData("AAAA", true)]
    [InlineData("+/+/", true)]
    [InlineData("AB==", false)]
    [InlineData("AAB=", false)]
    [InlineData("AA", false)]
    [InlineData("AA=", false)]
    [InlineData("AA=A", false)]
    [InlineData("A===", false)]
    [InlineData("AA ==", false)]
    [InlineData("AAAA\n", false)]
    [InlineData("    ", false)]
    [InlineData("-_-_", false)]
    [InlineData("AA==AA==", false)]
    [InlineData("ＡＡＡＡ", false)]
    public void Base64(string text, bool accepted)
        => Assert.Equal(accepted, BinaryText.TryDecodeBase64(text, new byte[16], out _));

    [Theory]
    [InlineData("", true)]
    [InlineData("AA", true)]
    [InlineData("AAA", true)]
    [InlineData("AAAA", true)]
    [InlineData("-_-_", true)]
    [InlineData("AB", false)]
    [InlineData("AAB", false)]
    [InlineData("A", false)]
    [InlineData("AA==", false)]
    [InlineData("AA%%", false)]
    [InlineData("A A", false)]
    [InlineData("AA ", false)]
    [InlineData("\nAA", false)]
    [InlineData("+/+/", false)]
    [InlineData("AA.", false)]
    public void Base64url(string text, bool accepted)
        => Assert.Equal(accepted, BinaryText.TryDecodeBase64Url(text, new byte[16], out _));

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var bytes = new byte[2];

        Assert.False(BinaryText.TryDecodeHex("000000", bytes, out _));
        Assert.False(BinaryText.TryDecodeBase64("AAAA", bytes, out _));
        Assert.False(BinaryText.TryDecodeBase64Url("AAAA", bytes, out _));
    }

    [Property]
    public void Bytes_that_are_written_are_read_again(byte[] bytes)
    {
        var buffer = new byte[bytes.Length];

        Assert.True(BinaryText.TryDecodeHex(Convert.ToHexString(bytes), buffer, out var written));
        Assert.Equal(bytes, buffer[..written]);
        Assert.True(BinaryText.TryDecodeBase64(Convert.ToBase64String(bytes), buffer, out written));
        Assert.Equal(bytes, buffer[..written]);
        Assert.True(BinaryText.TryDecodeBase64Url(System.Buffers.Text.Base64Url.EncodeToString(bytes), buffer, out written));
        Assert.Equal(bytes, buffer[..written]);
    }
}
