using System.Globalization;
using System.Text;

namespace FunctionsIngest.Cli.Output;

/// <summary>
/// Text from outside, safe to look at. Characters that are not seen but act on what is seen are written as escapes:
/// control characters, line separators, and format characters such as those that turn the direction of writing.
/// </summary>
internal static class ShownText
{
    /// <summary>A text as a piece of a line. Its line ends and tabs are escaped too.</summary>
    public static string Line(string? text) => Escape(text ?? "", _ => false);

    /// <summary>A text of several lines, such as a body. Its line ends and tabs stay, and so do joined emoji.</summary>
    public static string Lines(string text) => Escape(text.ReplaceLineEndings("\n"), rune => rune.Value is '\n' or '\t' or 0x200C or 0x200D);

    /// <summary>A JSON text, which means the same as before: such characters are in its strings alone.</summary>
    public static string Json(string json) => Escape(json, rune => rune.Value is '\n' or '\r');

    private static string Escape(string text, Predicate<Rune> stays)
    {
        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, at, out var rune);
            var length = isWhole ? rune.Utf16SequenceLength : 1;
            if (isWhole && (stays(rune) || !Acts(rune)))
                shown.Append(text, at, length);
            else
                shown.Append(string.Concat(text.Substring(at, length).Select(Name)));
            at += length;
        }

        return shown.ToString();
    }

    private static bool Acts(Rune rune)
        => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>A character by its escape: <c>\n</c>, <c>\u00FC</c>.</summary>
    public static string Name(char character) => character switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
    };
}
