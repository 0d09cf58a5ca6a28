using System.Globalization;
using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>
/// A reader of JSON (RFC 8259) that keeps what it found before a blemish: the whole document in memory, byte by byte.
/// </summary>
internal sealed class JsonText
{
    private const int MaxDepth = 64;
    private readonly byte[] _bytes;
    private int _at;
    private bool _isBlemished;

    private JsonText(byte[] bytes) => _bytes = bytes;

    /// <summary>The outermost value; null if there is none.</summary>
    public JsonNode? Root { get; private set; }

    /// <summary>
    /// Whether the document is whole, has nothing before or behind it, is no deeper than 64, and has only strings that
    /// are text.
    /// </summary>
    public bool IsStrict { get; private set; }

    public static JsonText Read(byte[] bytes)
    {
        var text = new JsonText(bytes);
        var hasMark = bytes.AsSpan().StartsWith(new byte[] { 0xEF, 0xBB, 0xBF });
        text._at = hasMark ? 3 : 0;
        text.SkipBlanks();
        var isWhole = text.ReadValue(0, node => text.Root = node);
        text.SkipBlanks();
        text.IsStrict = isWhole && text._at == bytes.Length && !hasMark && !text._isBlemished;
        return text;
    }

    /// <summary>The value at a pointer; null if it is absent, null, not read to its end, or not text.</summary>
    public JsonNode? At(string pointer)
    {
        var node = Root;
        foreach (var token in pointer[1..].Split('/'))
        {
            node = node?.Kind switch
            {
                JsonNodeKind.Object => node.Members.LastOrDefault(member => member.Name == token).Value,
                JsonNodeKind.Array => int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < node.Items.Count ? node.Items[index] : null,
                _ => null,
            };
        }

        return node is null or { Kind: JsonNodeKind.Null } or { Text: null } ? null : node;
    }

    private bool ReadValue(int depth, Action<JsonNode> keep)
    {
        var start = _at;
        switch (Peek())
        {
            case '{':
                return ReadObject(depth, keep);
            case '[':
                return ReadArray(depth, keep);
            case '"':
                if (!ReadString(out var text))
                    return false;
                keep(new JsonNode(JsonNodeKind.Text) { Text = text });
                return true;
            case 't':
                return ReadWord("true", JsonNodeKind.Boolean, keep);
            case 'f':
                return ReadWord("false", JsonNodeKind.Boolean, keep);
            case 'n':
                return ReadWord("null", JsonNodeKind.Null, keep);
            default:
                // A number that the end of the data cuts off may go on.
                if (!ReadNumber() || (depth > 0 && Peek() < 0))
                    return false;
                keep(new JsonNode(JsonNodeKind.Number) { Text = Slice(start) });
                return true;
        }
    }

    private bool ReadObject(int depth, Action<JsonNode> keep)
    {
        _isBlemished |= depth >= MaxDepth;
        var start = _at++;
        var node = new JsonNode(JsonNodeKind.Object);
        keep(node);
        SkipBlanks();
        if (Peek() != '}')
        {
            do
            {
                SkipBlanks();
                if (Peek() != '"' || !ReadString(out var name))
                    return false;
                SkipBlanks();
                if (!Skips(':'))
                    return false;
                node.Members.Add((name, null));
                SkipBlanks();
                if (!ReadValue(depth + 1, value => node.Members[^1] = (name, value)))
                    return false;
                SkipBlanks();
            }
            while (Skips(','));
        }

        return Closes('}', node, start);
    }

    private bool ReadArray(int depth, Action<JsonNode> keep)
    {
        _isBlemished |= depth >= MaxDepth;
        var start = _at++;
        var node = new JsonNode(JsonNodeKind.Array);
        keep(node);
        SkipBlanks();
        if (Peek() != ']')
        {
            do
            {
                SkipBlanks();
                node.Items.Add(null);
                if (!ReadValue(depth + 1, value => node.Items[^1] = value))
                    return false;
                SkipBlanks();
            }
            while (Skips(','));
        }

        return Closes(']', node, start);
    }

    private bool Closes(char end, JsonNode node, int start)
    {
        if (!Skips(end))
            return false;
        node.Text = Slice(start);
        return true;
    }

    private bool ReadWord(string word, JsonNodeKind kind, Action<JsonNode> keep)
    {
        if (!_bytes.AsSpan(_at).StartsWith(Encoding.ASCII.GetBytes(word)))
            return false;
        _at += word.Length;
        keep(new JsonNode(kind) { Text = word });
        return true;
    }

    private bool ReadNumber()
    {
        Skips('-');
        if (!Skips('0') && !SkipDigits())
            return false;
        if (Skips('.') && !SkipDigits())
            return false;
        if (Skips('e') || Skips('E'))
        {
            if (!Skips('+'))
                Skips('-');
            if (!SkipDigits())
                return false;
        }

        return Peek() is < 0 or ',' or ']' or '}' or ' ' or '\t' or '\r' or '\n';
    }

    /// <param name="text">The text; null if half of a surrogate pair is in it, or what is not UTF-8.</param>
    private bool ReadString(out string? text)
    {
        var built = new StringBuilder();
        var isText = true;
        text = null;
        _at++;
        while (Peek() != '"')
        {
            if (Peek() < ' ')
                return false;
            if (Peek() != '\\')
            {
                var start = _at;
                while (Peek() >= ' ' && Peek() is not ('"' or '\\'))
                    _at++;
                var piece = Encoding.UTF8.GetString(_bytes, start, _at - start);
                isText &= Encoding.UTF8.GetBytes(piece).AsSpan().SequenceEqual(_bytes.AsSpan(start, _at - start));
                built.Append(piece);
                continue;
            }

            _at++;
            var escape = Peek();
            _at++;
            if (escape == 'u')
            {
                if (_at + 4 > _bytes.Length || !ushort.TryParse(Encoding.Latin1.GetString(_bytes, _at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
                    return false;
                built.Append((char)unit);
                _at += 4;
            }
            else if ("\"\\/bfnrt".IndexOf((char)escape, StringComparison.Ordinal) is >= 0 and var index)
            {
                built.Append("\"\\/\b\f\n\r\t"[index]);
            }
            else
            {
                return false;
            }
        }

        _at++;
        for (var i = 0; i < built.Length; i++)
        {
            if (char.IsHighSurrogate(built[i]) && i + 1 < built.Length && char.IsLowSurrogate(built[i + 1]))
                i++;
            else
                isText &= !char.IsSurrogate(built[i]);
        }

        text = isText ? built.ToString() : null;
        _isBlemished |= !isText;
        return true;
    }

    private int Peek() => _at < _bytes.Length ? _bytes[_at] : -1;

    private bool Skips(char character) => Peek() == character && ++_at > 0;

    private bool SkipDigits()
    {
        var start = _at;
        while (Peek() is >= '0' and <= '9')
            _at++;
        return _at > start;
    }

    private void SkipBlanks()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
            _at++;
    }

    private string Slice(int start) => Encoding.UTF8.GetString(_bytes, start, _at - start);
}
