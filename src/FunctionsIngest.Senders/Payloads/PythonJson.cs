using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// Writes JSON as Python's <c>json.dumps(json.loads(body))</c> does with its defaults: <c>", "</c> and <c>": "</c>
/// between the parts, everything outside printable ASCII as <c>\uXXXX</c> in lower case (surrogate pairs above U+FFFF),
/// members in the order of their appearance, whole numbers digit by digit, and floats by <c>repr</c> (the shortest
/// digits that read back as the same double, <c>1e+16</c>, <c>1e-05</c>, <c>Infinity</c> where a number is too large).
/// </summary>
/// <remarks>
/// Left out: repeated members, of which Python keeps the last and other readers the first; bodies that Python reads but
/// RFC 8259 does not know (<c>NaN</c>, <c>Infinity</c>); lone surrogates; a nesting deeper than 64; and whole numbers
/// of more than 4300 digits, which Python itself refuses.
/// </remarks>
internal static class PythonJson
{
    // sys.int_info.default_max_str_digits
    private const int MaxIntegerDigits = 4300;

    /// <summary>Rewrites a body.</summary>
    /// <param name="body">The body, as it came.</param>
    /// <param name="dumped">The body as Python would write it, in ASCII.</param>
    /// <returns>False if it is not JSON, or one of the remarks applies.</returns>
    public static bool TryDump(ReadOnlyMemory<byte> body, out ReadOnlySpan<byte> dumped)
    {
        dumped = default;
        if (!Utf8.IsValid(body.Span))
            return false;

        try
        {
            using var document = JsonDocument.Parse(body);
            var output = new ArrayBufferWriter<byte>(body.Length + 16);
            if (!TryWrite(document.RootElement, output))
                return false;

            dumped = output.WrittenSpan;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair.
            return false;
        }
    }

    private static bool TryWrite(JsonElement element, ArrayBufferWriter<byte> output)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return TryWriteObject(element, output);
            case JsonValueKind.Array:
                return TryWriteArray(element, output);
            case JsonValueKind.String:
                WriteString(element.GetString()!, output);
                return true;
            case JsonValueKind.Number:
                return TryWriteNumber(element.GetRawText(), output);
            default:
                output.Write(Encoding.ASCII.GetBytes(element.GetRawText()));
                return true;
        }
    }

    private static bool TryWriteObject(JsonElement element, ArrayBufferWriter<byte> output)
    {
        var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            if (!members.TryAdd(member.Name, member.Value))
                return false;
        }

        var separator = "{"u8;
        foreach (var (name, value) in members)
        {
            output.Write(separator);
            WriteString(name, output);
            output.Write(": "u8);
            if (!TryWrite(value, output))
                return false;
            separator = ", "u8;
        }

        output.Write(members.Count == 0 ? "{}"u8 : "}"u8);
        return true;
    }

    private static bool TryWriteArray(JsonElement element, ArrayBufferWriter<byte> output)
    {
        var separator = "["u8;
        foreach (var item in element.EnumerateArray())
        {
            output.Write(separator);
            if (!TryWrite(item, output))
                return false;
            separator = ", "u8;
        }

        output.Write(element.GetArrayLength() == 0 ? "[]"u8 : "]"u8);
        return true;
    }

    private static void WriteString(string text, ArrayBufferWriter<byte> output)
    {
        const int LongestEscape = 6;
        var bytes = output.GetSpan((text.Length * LongestEscape) + 2);
        var at = 0;
        bytes[at++] = (byte)'"';
        foreach (var character in text)
        {
            var escape = character switch
            {
                '"' => (byte)'"',
                '\\' => (byte)'\\',
                '\n' => (byte)'n',
                '\r' => (byte)'r',
                '\t' => (byte)'t',
                '\f' => (byte)'f',
                '\b' => (byte)'b',
                _ => (byte)0,
            };
            if (escape != 0)
            {
                bytes[at++] = (byte)'\\';
                bytes[at++] = escape;
            }
            else if (character is >= ' ' and <= '~')
            {
                bytes[at++] = (byte)character;
            }
            else
            {
                bytes[at++] = (byte)'\\';
                bytes[at++] = (byte)'u';
                ((int)character).TryFormat(bytes[at..], out var written, "x4", CultureInfo.InvariantCulture);
                at += written;
            }
        }

        bytes[at++] = (byte)'"';
        output.Advance(at);
    }

    private static bool TryWriteNumber(string text, ArrayBufferWriter<byte> output)
    {
        if (text.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
        {
            if (text.Length - (text[0] == '-' ? 1 : 0) > MaxIntegerDigits)
                return false;
            text = text == "-0" ? "0" : text;
        }
        else
        {
            text = Repr(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        output.Write(Encoding.ASCII.GetBytes(text));
        return true;
    }

    private static string Repr(double value)
    {
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";

        // The framework's digits are the shortest that read back, as Python's are; only their arrangement differs.
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var sign = text[0] == '-' ? "-" : "";
        var (mantissa, power) = text[sign.Length..].Split('E') is [var left, var right]
            ? (left, int.Parse(right, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : (text[sign.Length..], 0);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        if (digits.Length == 0)
            return sign + "0.0";

        var fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        var exponent = power + digits.Length - fraction - 1;
        digits = digits.TrimEnd('0');
        return sign + exponent switch
        {
            < -4 or >= 16 => Scientific(digits, exponent),
            < 0 => "0." + new string('0', -exponent - 1) + digits,
            _ when digits.Length <= exponent + 1 => digits.PadRight(exponent + 1, '0') + ".0",
            _ => digits.Insert(exponent + 1, "."),
        };
    }

    private static string Scientific(string digits, int exponent)
        => string.Create(CultureInfo.InvariantCulture, $"{(digits.Length == 1 ? digits : digits.Insert(1, "."))}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
}
