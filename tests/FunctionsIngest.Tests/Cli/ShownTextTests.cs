using System.Text.Json;
using FunctionsIngest.Cli.Output;

namespace FunctionsIngest.Tests.Cli;

/// <summary>Text from outside, on the screen.</summary>
public sealed class ShownTextTests
{
    [Theory]
    [InlineData("order.paid", "order.paid")]
    [InlineData("Zoë 🎉 \\u0041", "Zoë 🎉 \\u0041")]
    [InlineData("a\nb\r\tc", "a\\nb\\r\\tc")]
    [InlineData("a\u001b[31mb", "a\\u001B[31mb")]
    [InlineData("a\u0085\u009b\u007f", "a\\u0085\\u009B\\u007F")]
    [InlineData("a\u2028b\u2029", "a\\u2028b\\u2029")]
    [InlineData("\u202egnp.exe\u2066\u200f", "\\u202Egnp.exe\\u2066\\u200F")]
    [InlineData("\U000E0041", "\\uDB40\\uDC41")]
    [InlineData(null, "")]
    public void What_acts_on_a_line_is_escaped(string? text, string shown) => Assert.Equal(shown, ShownText.Line(text));

    [Fact]
    public void Half_of_a_pair_is_escaped() => Assert.Equal("a\\uD83Cb", ShownText.Line("a\ud83cb"));

    [Fact]
    public void A_body_keeps_its_lines() => Assert.Equal("{\n\t\"a\": \"\\u202E\"\n}\\u001B", ShownText.Lines("{\r\n\t\"a\": \"\u202e\"\n}\u001b"));

    [Fact]
    public void Json_means_the_same_and_has_nothing_that_acts()
    {
        const string Text = "a\u202e\u2028\u001b\u009b\u0085\U000E0041'<+>ü";

        var json = Json.Write(new { text = Text }, Json.Readable);

        Assert.DoesNotContain(json, character => char.IsControl(character) && character is not ('\n' or '\r'));
        Assert.DoesNotContain('\u202e', json);
        Assert.Contains("'<+>ü", json, StringComparison.Ordinal);
        Assert.Equal(Text, JsonDocument.Parse(json).RootElement.GetProperty("text").GetString());
    }
}
