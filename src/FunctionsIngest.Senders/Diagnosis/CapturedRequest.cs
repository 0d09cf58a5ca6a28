using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>The head of a request as somebody wrote it down.</summary>
/// <param name="Method">The method of its first line, or of <c>:method</c>; null if it has neither.</param>
/// <param name="Path">The path of its first line, or of <c>:path</c>, without a query; null if it has neither.</param>
/// <param name="Headers">The headers, each with all its values.</param>
internal sealed partial record CapturedRequest(string? Method, string? Path, IHeaderDictionary Headers)
{
    /// <summary>
    /// Reads <c>Name: value</c> lines, with or without the request's first line before them and its body behind them,
    /// and with the names that HTTP/2 has in place of that line (<c>:method</c>, <c>:path</c>). It also reads the whole
    /// of what <c>curl -v</c> writes, and a JSON object of names and values. Text is UTF-8, or UTF-16.
    /// </summary>
    /// <exception cref="FormatException">It is neither; the message says what to mend.</exception>
    public static CapturedRequest Parse(byte[] bytes)
    {
        var text = Decode(bytes).TrimStart('\uFEFF');
        return text.TrimStart().StartsWith('{') ? ParseJson(text) : ParseLines(text);
    }

    // Windows PowerShell writes UTF-16 where one redirects. Header names are ASCII, so without a mark the zeros tell.
    private static string Decode(byte[] bytes) => bytes switch
    {
        [0xFF, 0xFE, ..] or [not 0, 0, ..] => Encoding.Unicode.GetString(bytes),
        [0xFE, 0xFF, ..] or [0, not 0, ..] => Encoding.BigEndianUnicode.GetString(bytes),
        _ => Encoding.UTF8.GetString(bytes),
    };

    private static CapturedRequest ParseJson(string text)
    {
        var head = new Head();
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                foreach (var value in member.Value.ValueKind == JsonValueKind.Array ? [.. member.Value.EnumerateArray()] : new[] { member.Value })
                    head.Add(member.Name, value.ToString());
            }
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The headers begin like a JSON object and are none: {exception.Message}");
        }

        return head.ToRequest();
    }

    private static CapturedRequest ParseLines(string text)
    {
        var head = new Head();
        var lines = RequestLines([.. text.Split('\n').Index().Select(line => (line.Index + 1, Progress().Replace(line.Item.TrimEnd('\r'), "")))]);
        for (var i = 0; i < lines.Count; i++)
        {
            var (number, line) = lines[i];
            if (line.Length == 0)
            {
                // What comes behind an empty line is the body, unless all lines are apart.
                if (head.Headers.Count > 0 && lines.Skip(i).FirstOrDefault(rest => rest.Line.Length > 0).Line is { } rest && !HeaderLine().IsMatch(rest))
                    break;
                continue;
            }

            if (head.Headers.Count == 0 && RequestLine().Match(line) is { Success: true } first)
                head.Start(first.Groups["method"].Value, first.Groups["target"].Value);
            else if (HeaderLine().Match(line) is { Success: true } header)
                head.Add(header.Groups["name"].Value, header.Groups["value"].Value);
            else
                throw new FormatException($"Line {number} of the headers is not a header: write 'Name: value'.");
        }

        return head.Headers.Count == 0 ? throw new FormatException("There is no header in the file: write 'Name: value', a line each.") : head.ToRequest();
    }

    /// <summary>
    /// The lines of the request. Of what <c>curl -v</c> writes these are the first ones after <c>&gt;</c>: the rest is
    /// the connection (<c>*</c>), the answer (<c>&lt;</c>) and its body.
    /// </summary>
    private static List<(int Number, string Line)> RequestLines(List<(int Number, string Line)> lines)
        => lines.Exists(line => IsSent(line.Line))
            ? [.. lines.SkipWhile(line => !IsSent(line.Line)).TakeWhile(line => IsSent(line.Line)).Select(line => (line.Number, line.Line[1..].TrimStart(' ')))]
            : [.. lines.Where(line => !line.Line.StartsWith("* ", StringComparison.Ordinal) && !line.Line.StartsWith("< ", StringComparison.Ordinal))];

    private static bool IsSent(string line) => line.StartsWith("> ", StringComparison.Ordinal) || line == ">";

    private static string PathOf(string target)
    {
        var address = Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal) ? absolute.AbsolutePath : target;
        return Uri.UnescapeDataString(address.Split('?')[0]);
    }

    [GeneratedRegex(@"^(?<method>[A-Z]+) (?<target>(/|https?://)\S*)( HTTP/[0-9.]+)?\s*$")]
    private static partial Regex RequestLine();

    // curl -v does not end the line of its progress meter before it writes another.
    [GeneratedRegex(@"^.*--:--:-- +[0-9.kMG]+(?=[>*<] )")]
    private static partial Regex Progress();

    // RFC 9110, section 5.6.2, and the colon before the names that HTTP/2 has of its own.
    [GeneratedRegex(@"^\s*(?<name>:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+)\s*:(?<value>.*)$")]
    private static partial Regex HeaderLine();

    /// <summary>What has been read so far.</summary>
    private sealed class Head
    {
        private string? _method;
        private string? _path;

        public HeaderDictionary Headers { get; } = [];

        public void Start(string method, string target) => (_method, _path) = (method, PathOf(target));

        public void Add(string name, string value)
        {
            value = value.Trim();
            switch (name)
            {
                case ":method":
                    _method = value;
                    break;
                case ":path":
                    _path = PathOf(value);
                    break;
                case ":authority":
                    Headers.Append("Host", value);
                    break;
                case [':', ..]:
                    break;
                default:
                    Headers.Append(name, value);
                    break;
            }
        }

        public CapturedRequest ToRequest() => new(_method, _path, Headers);
    }
}
