using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>How a JSON library writes: the same values, other bytes. Numbers stay as they were written.</summary>
/// <param name="Description">Who writes so.</param>
/// <param name="Comma">What separates members and items.</param>
/// <param name="Colon">What separates name and value.</param>
/// <param name="Indent">What each level is indented with; null: everything on one line.</param>
/// <param name="Escape">How a string's characters are written.</param>
/// <param name="IsSorted">Whether members are sorted by name.</param>
internal sealed record JsonStyle(string Description, string Comma, string Colon, string? Indent, Func<string, string> Escape, bool IsSorted = false)
{
    /// <summary>The styles of the common libraries.</summary>
    public static IReadOnlyList<JsonStyle> All { get; } =
    [
        new("without spaces, as JavaScript's JSON.stringify writes it", ",", ":", null, Minimal),
        new("as Python's json.dumps writes it", ", ", ": ", null, Ascii),
        new("as Python's json.dumps writes it with ensure_ascii=False", ", ", ": ", null, Minimal),
        new("without spaces and in ASCII, as Python's json.dumps with compact separators writes it", ",", ":", null, Ascii),
        new("with \\/ and in ASCII, as PHP's json_encode writes it", ",", ":", null, text => Ascii(text).Replace("/", "\\/", StringComparison.Ordinal)),
        new("as .NET's System.Text.Json writes it", ",", ":", null, JavaScriptEncoder.Default.Encode),
        new("indented by two spaces", ",", ": ", "  ", Minimal),
        new("indented by four spaces", ",", ": ", "    ", Minimal),
        new("indented by tabs", ",", ": ", "\t", Minimal),
        new("with its members sorted, without spaces", ",", ":", null, Minimal, IsSorted: true),
        new("with its members sorted, as Python's json.dumps writes it", ", ", ": ", null, Ascii, IsSorted: true),
    ];

    /// <summary>Writes a document in this style.</summary>
    public byte[] Write(JsonElement element)
    {
        var text = new StringBuilder();
        Write(element, text, 0);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Write(JsonElement element, StringBuilder text, int level)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = element.EnumerateObject().ToList();
                if (IsSorted)
                    members.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
                WriteItems(text, level, '{', '}', members, member =>
                {
                    text.Append('"').Append(Escape(member.Name)).Append('"').Append(Colon);
                    Write(member.Value, text, level + 1);
                });
                break;
            case JsonValueKind.Array:
                WriteItems(text, level, '[', ']', [.. element.EnumerateArray()], item => Write(item, text, level + 1));
                break;
            case JsonValueKind.String:
                text.Append('"').Append(Escape(element.GetString()!)).Append('"');
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private void WriteItems<T>(StringBuilder text, int level, char open, char close, List<T> items, Action<T> write)
    {
        text.Append(open);
        foreach (var (index, item) in items.Index())
        {
            if (index > 0)
                text.Append(Comma);
            StartLine(text, level + 1);
            write(item);
        }

        if (items.Count > 0)
            StartLine(text, level);
        text.Append(close);
    }

    private void StartLine(StringBuilder text, int level)
    {
        if (Indent is not null)
            text.Append('\n').Insert(text.Length, Indent, level);
    }

    private static string Minimal(string text) => Write(text, static character => character < ' ');

    private static string Ascii(string text) => Write(text, static character => character is < ' ' or > '~');

    private static string Write(string text, Func<char, bool> isEscaped)
    {
        var written = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => written.Append("\\\""),
                '\\' => written.Append("\\\\"),
                '\n' => written.Append("\\n"),
                '\r' => written.Append("\\r"),
                '\t' => written.Append("\\t"),
                '\f' => written.Append("\\f"),
                '\b' => written.Append("\\b"),
                _ when isEscaped(character) => written.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => written.Append(character),
            };
        }

        return written.ToString();
    }
}
