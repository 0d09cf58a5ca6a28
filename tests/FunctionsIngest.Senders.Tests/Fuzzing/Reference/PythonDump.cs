using System.Globalization;
using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>Writes a body as Python's <c>json.dumps(json.loads(body))</c> does, by Python's documentation.</summary>
internal static class PythonDump
{
    /// <returns>Null if the body is not JSON, has repeated members, or has half of a surrogate pair.</returns>
    public static byte[]? Of(byte[] body)
    {
        var document = JsonText.Read(body);
        var built = new StringBuilder();
        return document.IsStrict && Write(document.Root!, built) ? Encoding.ASCII.GetBytes(built.ToString()) : null;
    }

    private static bool Write(JsonNode node, StringBuilder to)
    {
        switch (node.Kind)
        {
            case JsonNodeKind.Text:
                return WriteString(node.Text, to);
            case JsonNodeKind.Number:
                to.Append(Number(node.Text!));
                return true;
            case JsonNodeKind.Array:
                return WriteAll('[', node.Items, item => Write(item!, to), ']', to);
            case JsonNodeKind.Object:
                return node.Members.DistinctBy(member => member.Name).Count() == node.Members.Count
                    && WriteAll('{', node.Members, member => WriteString(member.Name, to) && to.Append(": ") is not null && Write(member.Value!, to), '}', to);
            default:
                to.Append(node.Text);
                return true;
        }
    }

    private static bool WriteAll<T>(char start, IReadOnlyList<T> items, Func<T, bool> write, char end, StringBuilder to)
    {
        to.Append(start);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                to.Append(", ");
            if (!write(items[i]))
                return false;
        }

        to.Append(end);
        return true;
    }

    private static bool WriteString(string? text, StringBuilder to)
    {
        if (text is null)
            return false;

        to.Append('"');
        foreach (var character in text)
        {
            var index = "\"\\\n\r\t\f\b".IndexOf(character, StringComparison.Ordinal);
            if (index >= 0)
                to.Append('\\').Append("\"\\nrtfb"[index]);
            else if (character is < ' ' or > '~')
                to.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                to.Append(character);
        }

        to.Append('"');
        return true;
    }

    private static string Number(string text)
    {
        if (text.All(character => char.IsAsciiDigit(character) || character == '-'))
            return text == "-0" ? "0" : text;

        var value = double.Parse(text, CultureInfo.InvariantCulture);
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";

        // The shortest digits that give the value again, as d.ddd and a power of ten.
        var scientific = Enumerable.Range(0, 17).Select(digits => value.ToString("e" + digits, CultureInfo.InvariantCulture)).First(shorter => double.Parse(shorter, CultureInfo.InvariantCulture) == value);
        var sign = value < 0 || double.IsNegative(value) ? "-" : "";
        var mantissa = scientific[..scientific.IndexOf('e', StringComparison.Ordinal)].TrimStart('-').Replace(".", "", StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(scientific.IndexOf('e', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        if (value == 0)
            return sign + "0.0";
        if (exponent is < -4 or >= 16)
        {
            var fraction = mantissa.Length > 1 ? "." + mantissa[1..] : "";
            return $"{sign}{mantissa[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + mantissa;
        return mantissa.Length <= exponent + 1
            ? sign + mantissa.PadRight(exponent + 1, '0') + ".0"
            : sign + mantissa[..(exponent + 1)] + "." + mantissa[(exponent + 1)..];
    }
}
