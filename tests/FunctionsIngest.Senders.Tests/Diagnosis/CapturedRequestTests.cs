using System.Text;
using FunctionsIngest.Senders.Diagnosis;

namespace FunctionsIngest.Senders.Tests.Diagnosis;

/// <summary>Requests as people write them down.</summary>
public sealed class CapturedRequestTests
{
    private const string Transcript = """
        * Host example.com:443 was resolved.
        * IPv4: 203.0.113.7
        *   Trying 203.0.113.7:443...
        * ALPN: server accepted h2
        * [HTTP/2] [1] OPENED stream for https://example.com/hook?x=1
        * [HTTP/2] [1] [:method: POST]
        * [HTTP/2] [1] [x-signature: 00]
        > POST /hook?x=1 HTTP/2
        > Host: example.com
        > X-Signature: abc
        > Content-Length: 9
        >
        } [9 bytes data]
        * We are completely uploaded and fine
        < HTTP/2 200
        < content-type: application/json
        < x-signature: of the answer
        <
        { [14 bytes data]
        {"status": "ok"}
        * Connection #0 to host example.com left intact
        """;

    private const string Pseudo = ":method: PUT\n:scheme: https\n:authority: example.com\n:path: /hook?x=1\nx-signature: abc\n";

    public static TheoryData<string, string> Captured => new()
    {
        { Transcript, "POST" },
        { Transcript.ReplaceLineEndings("\r\n"), "POST" },
        { Transcript.Replace("> POST", "  0     9    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0> POST", StringComparison.Ordinal), "POST" },
        { Pseudo, "PUT" },
        { "* from a note\n" + Pseudo, "PUT" },
        { """{":method":"PUT",":path":"/hook","x-signature":"abc",":authority":"example.com"}""", "PUT" },
        { "POST https://example.com/hook HTTP/1.1\nX-Signature: abc\nHost: example.com\n\n{\"a\":1}\n", "POST" },
        { "POST /hook\nX-Signature: abc\nHost: example.com\n", "POST" },
        { "POST /hook HTTP/1.1\n\nX-Signature: abc\n\nHost: example.com\n\n", "POST" },
    };

    [Theory]
    [MemberData(nameof(Captured))]
    public void It_is_read_however_it_was_written_down(string text, string method)
    {
        foreach (var bytes in new[] { Encoding.UTF8.GetBytes(text), WithMark(Encoding.UTF8), WithMark(Encoding.Unicode), WithMark(Encoding.BigEndianUnicode), Encoding.Unicode.GetBytes(text) })
        {
            var captured = CapturedRequest.Parse(bytes);

            Assert.Equal(method, captured.Method);
            Assert.Equal("/hook", captured.Path);
            Assert.Equal("abc", captured.Headers["X-Signature"].ToString());
            Assert.Equal("example.com", captured.Headers.Host.ToString());
            Assert.DoesNotContain(captured.Headers.Keys, name => name.StartsWith(':'));
        }

        byte[] WithMark(Encoding encoding) => [.. encoding.Preamble, .. encoding.GetBytes(text)];
    }

    [Theory]
    [InlineData("")]
    [InlineData("* only notes\n< and: answers\n")]
    [InlineData("X-Signature: abc\nnot a header\n")]
    [InlineData("{\"X-Signature\":")]
    public void What_is_not_a_request_is_told(string text) => Assert.Throws<FormatException>(() => CapturedRequest.Parse(Encoding.UTF8.GetBytes(text)));
}
