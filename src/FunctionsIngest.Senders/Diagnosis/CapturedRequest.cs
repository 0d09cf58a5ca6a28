using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>The head of a request as somebody wrote it down.</summary>
/// <param name="Method">The method of its first line; null if it has none.</param>
/// <param name="Path">The path of its first line, without a query; null if it has none.</param>
/// <param name="Headers">The headers, each with all its values.</param>
internal sealed record CapturedRequest(string? Method, string? Path, IHeaderDictionary Headers)
{
    /// <summary>
    /// Reads <c>Name: value</c> lines, with or without the request's first line before them. It also reads what
    /// <c>curl -v</c> writes (<c>&gt; Name: value</c>), and a JSON object of names and values.
    /// </summary>
    /// <exception cref="FormatException">It is neither; the message says what to mend.</exception>
    public static CapturedRequest Parse(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
        return text.TrimStart().StartsWith('{') ? ParseJson(text) : ParseLines(text);
    }

    private static CapturedRequest ParseJson(string text)
    {
        var headers = new HeaderDictionary();
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                foreach (var value in member.Value.ValueKind == JsonValueKind.Array ? [.. member.Value.EnumerateArray()] : new[] { member.Value })
                    headers.Append(member.Name, value.ToString());
            }
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The headers begin like a JSON object and are none: {exception.Message}");
        }

        return new CapturedRequest(null, null, headers);
    }

    private static CapturedRequest ParseLines(string text)
    {
        var headers = new HeaderDictionary();
        string? method = null;
        string? path = null;
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var line = raw.TrimEnd('\r');
            if (line.StartsWith("> ", StringComparison.Ordinal))
                line = line[2..];
            if (line.Length == 0 || line == ">")
                continue;

            var words = line.Split(' ');
            if (method is null && headers.Count == 0 && words is [_, _, var version] && version.StartsWith("HTTP/", StringComparison.Ordinal))
            {
                (method, path) = (words[0], PathOf(words[1]));
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
                throw new FormatException($"Line {index + 1} of the headers is not a header: write 'Name: value'.");
            headers.Append(line[..colon].Trim(), line[(colon + 1)..].Trim());
        }

        return headers.Count == 0 ? throw new FormatException("There is no header in the file: write 'Name: value', a line each.") : new CapturedRequest(method, path, headers);
    }

    private static string PathOf(string target)
    {
        var address = Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme.StartsWith("http", StringComparison.Ordinal) ? absolute.AbsolutePath : target;
        return Uri.UnescapeDataString(address.Split('?')[0]);
    }
}
