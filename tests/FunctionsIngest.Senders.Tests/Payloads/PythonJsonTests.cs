using System.Text;
using System.Text.Json;
using FunctionsIngest.Senders.Payloads;

namespace FunctionsIngest.Senders.Tests.Payloads;

public class PythonJsonTests
{
    /// <summary>
    /// Vectors/python-json-dumps.json was made with CPython 3.11.7: <c>dumps</c> is
    /// <c>json.dumps(json.loads(input))</c>.
    /// </summary>
    [Fact]
    public void A_body_is_written_as_Python_writes_it()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "python-json-dumps.json")));
        Assert.True(document.RootElement.GetArrayLength() > 400);
        foreach (var item in document.RootElement.EnumerateArray())
        {
            var input = item.GetProperty("input").GetString()!;

            Assert.True(PythonJson.TryDump(Encoding.UTF8.GetBytes(input), out var dumped), input);
            Assert.Equal((input, item.GetProperty("dumps").GetString()), (input, Encoding.ASCII.GetString(dumped)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("NaN")]
    [InlineData("[Infinity]")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("{\"\\ude00\":1}")]
    [InlineData("\uFEFF{}")]
    [InlineData("01")]
    [InlineData("{\"key\":1,\"key\":1}")]
    [InlineData("[{\"a\":{\"key\":1,\"k\\u0065y\":2}}]")]
    public void What_is_left_out_is_refused(string input) => Assert.False(PythonJson.TryDump(Encoding.UTF8.GetBytes(input), out _));

    [Fact]
    public void What_is_not_UTF_8_is_refused() => Assert.False(PythonJson.TryDump(new byte[] { (byte)'"', 0xff, (byte)'"' }, out _));

    [Fact]
    public void Whole_numbers_are_as_long_as_Python_reads_them()
    {
        Assert.True(PythonJson.TryDump(Encoding.ASCII.GetBytes("-" + new string('9', 4300)), out var dumped));
        Assert.Equal(4301, dumped.Length);
        Assert.False(PythonJson.TryDump(Encoding.ASCII.GetBytes(new string('9', 4301)), out _));
    }

    [Fact]
    public void A_body_is_nested_64_deep_at_most()
    {
        Assert.True(PythonJson.TryDump(Encoding.ASCII.GetBytes(new string('[', 64) + new string(']', 64)), out _));
        Assert.False(PythonJson.TryDump(Encoding.ASCII.GetBytes(new string('[', 65) + new string(']', 65)), out _));
    }
}
