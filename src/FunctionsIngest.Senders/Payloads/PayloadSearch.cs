using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>Finds the values at several pointers in one pass over a payload.</summary>
/// <param name="pointers">Where to look.</param>
internal sealed class PayloadSearch(IReadOnlyList<JsonPointer> pointers)
{
    /// <summary>The deepest nesting of a payload that counts as JSON.</summary>
    public const int MaxDepth = 64;

    private static readonly List<int> None = [];

    /// <summary>What is at each pointer, in their order.</summary>
    public PayloadValue[] Found { get; } = new PayloadValue[pointers.Count];

    /// <summary>
    /// Whether the payload is JSON (RFC 8259) in UTF-8 without a byte order mark, no deeper than
    /// <see cref="MaxDepth"/>, with nothing after it.
    /// </summary>
    public bool IsJson { get; private set; }

    /// <summary>Whether the payload is an object.</summary>
    public bool IsObject { get; private set; }

    /// <summary>Whether an escape is half of a surrogate pair, which is not text.</summary>
    public bool HasLoneSurrogate { get; private set; }

    /// <summary>Searches. Throws on no input; finds nothing in what is not JSON.</summary>
    public void Run(ReadOnlySpan<byte> payload)
    {
        if (!Utf8.IsValid(payload))
            return;

        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            IsObject = reader.TokenType == JsonTokenType.StartObject;
            Visit(ref reader, payload, depth: 0, [.. Enumerable.Range(0, pointers.Count)]);
            IsJson = !reader.Read();
        }
        catch (JsonException)
        {
            Array.Clear(Found);
        }
    }

    /// <summary>Reads one value to its end.</summary>
    /// <param name="reader">Is at the value's first token.</param>
    /// <param name="payload">The whole payload.</param>
    /// <param name="depth">How many tokens of the pointers in <paramref name="open"/> have led here.</param>
    /// <param name="open">The pointers that lead to this value or into it.</param>
    private void Visit(ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int depth, List<int> open)
    {
        var start = (int)reader.TokenStartIndex;
        var text = default(string);
        var kind = reader.TokenType;
        switch (kind)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var inside = IsText(ref reader) ? Enter(ref reader, depth, open) : None;
                    reader.Read();
                    Visit(ref reader, payload, depth + 1, inside);
                }

                break;
            case JsonTokenType.StartArray:
                for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                    Visit(ref reader, payload, depth + 1, Enter(i, depth, open));
                break;
            case JsonTokenType.String when IsText(ref reader) && open.Exists(pointer => pointers[pointer].Tokens.Count == depth):
                text = reader.GetString();
                break;
        }

        foreach (var pointer in open)
        {
            if (pointers[pointer].Tokens.Count != depth)
                continue;

            var isOther = kind is not (JsonTokenType.String or JsonTokenType.Null);
            Found[pointer] = new PayloadValue(text, isOther ? Encoding.UTF8.GetString(payload[start..(int)reader.BytesConsumed]) : null);
        }
    }

    /// <summary>
    /// The pointers that go on through the member whose name the reader is at. It forgets what an earlier member of
    /// that name held.
    /// </summary>
    private List<int> Enter(ref Utf8JsonReader reader, int depth, List<int> open)
    {
        var inside = None;
        foreach (var pointer in open)
        {
            var tokens = pointers[pointer].Tokens;
            if (tokens.Count <= depth || !reader.ValueTextEquals(tokens[depth]))
                continue;

            Found[pointer] = default;
            inside = [.. inside, pointer];
        }

        return inside;
    }

    /// <summary>The pointers that go on through the item at an index.</summary>
    private List<int> Enter(int index, int depth, List<int> open)
    {
        if (open.Count == 0)
            return None;

        var token = index.ToString(CultureInfo.InvariantCulture);
        return open.FindAll(pointer => pointers[pointer].Tokens.Count > depth && pointers[pointer].Tokens[depth] == token);
    }

    /// <summary>Whether the string that the reader is at has no half of a surrogate pair among its escapes.</summary>
    private bool IsText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped || HasOnlyPairs(reader.ValueSpan))
            return true;

        HasLoneSurrogate = true;
        return false;
    }

    private static bool HasOnlyPairs(ReadOnlySpan<byte> escaped)
    {
        var highBefore = false;
        for (var i = 0; i < escaped.Length; i++)
        {
            var unit = '\0';
            if (escaped[i] == '\\')
            {
                i++;
                if (escaped[i] == 'u')
                {
                    unit = (char)ushort.Parse(escaped.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                    i += 4;
                }
            }

            if (highBefore != char.IsLowSurrogate(unit))
                return false;
            highBefore = char.IsHighSurrogate(unit);
        }

        return !highBefore;
    }
}
