using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// Finds the values at several pointers in one pass over a payload. What was found before a blemish counts: a retry has
/// the same blemish at the same place.
/// </summary>
/// <param name="pointers">Where to look.</param>
internal sealed class PayloadSearch(IReadOnlyList<JsonPointer> pointers)
{
    /// <summary>The deepest nesting of a payload that counts as JSON.</summary>
    public const int MaxDepth = 64;

    private static readonly List<int> None = [];

    // Deeper values are read past without recursion, so that an id behind them is found.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    /// <summary>What is at each pointer, in their order.</summary>
    public PayloadValue[] Found { get; } = new PayloadValue[pointers.Count];

    /// <summary>Whether the payload is one JSON value and was read to its end.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>
    /// Whether the payload is JSON (RFC 8259) in UTF-8 without a byte order mark, no deeper than
    /// <see cref="MaxDepth"/>, with nothing after it.
    /// </summary>
    public bool IsJson { get; private set; }

    /// <summary>Whether the payload begins as a JSON object or array does.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the payload is an object.</summary>
    public bool IsObject { get; private set; }

    /// <summary>Whether an escape is half of a surrogate pair, which is not text.</summary>
    public bool HasLoneSurrogate { get; private set; }

    private bool IsTooDeep { get; set; }

    /// <summary>Searches. Throws on no input; finds nothing in what is not JSON.</summary>
    public void Run(ReadOnlySpan<byte> payload)
    {
        var hasMark = payload.StartsWith("\uFEFF"u8);
        if (hasMark)
            payload = payload[3..];

        try
        {
            var reader = new Utf8JsonReader(payload, Options);
            reader.Read();
            IsObject = reader.TokenType == JsonTokenType.StartObject;
            HasBegun = IsObject || reader.TokenType == JsonTokenType.StartArray;
            Visit(ref reader, payload, depth: 0, [.. Enumerable.Range(0, pointers.Count)]);
            IsComplete = !reader.Read();
            IsJson = IsComplete && !hasMark && !IsTooDeep && Utf8.IsValid(payload);
        }
        catch (JsonException)
        {
            // A blemish: what was found before it counts.
        }
    }

    /// <summary>Reads one value to its end.</summary>
    /// <param name="reader">Is at the value's first token.</param>
    /// <param name="payload">The payload without its byte order mark.</param>
    /// <param name="depth">How many tokens of the pointers in <paramref name="open"/> have led here.</param>
    /// <param name="open">The pointers that lead to this value or into it.</param>
    private void Visit(ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, int depth, List<int> open)
    {
        var start = (int)reader.TokenStartIndex;
        var text = default(string);
        var kind = reader.TokenType;
        if (!open.Exists(pointer => pointers[pointer].Tokens.Count > depth))
        {
            if (kind == JsonTokenType.String && IsText(ref reader) && open.Count > 0 && Utf8.IsValid(reader.ValueSpan))
                text = reader.GetString();
            ReadPast(ref reader);
        }
        else if (kind == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var inside = IsText(ref reader) ? Enter(ref reader, depth, open) : None;
                reader.Read();
                Visit(ref reader, payload, depth + 1, inside);
            }
        }
        else if (kind == JsonTokenType.StartArray)
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
                Visit(ref reader, payload, depth + 1, Enter(i, depth, open));
        }
        else if (kind == JsonTokenType.String)
        {
            text = IsText(ref reader) && Utf8.IsValid(reader.ValueSpan) ? reader.GetString() : null;
        }

        foreach (var pointer in open)
        {
            if (pointers[pointer].Tokens.Count == depth)
                Found[pointer] = ValueOf(kind, text, payload[start..(int)reader.BytesConsumed]);
        }
    }

    /// <summary>Reads to the end of the value that the reader is at, however deep it is.</summary>
    private void ReadPast(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;

        var outside = reader.CurrentDepth;
        do
        {
            // A container counts itself only behind its first token.
            IsTooDeep |= reader.CurrentDepth >= MaxDepth && (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray);
            reader.Read();
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                IsText(ref reader);
        }
        while (reader.CurrentDepth > outside);
    }

    private static PayloadValue ValueOf(JsonTokenType kind, string? text, ReadOnlySpan<byte> json) => kind switch
    {
        JsonTokenType.String => new PayloadValue(text is null ? PayloadValueKind.None : PayloadValueKind.Text, text),
        JsonTokenType.Null => default,
        JsonTokenType.Number => new PayloadValue(PayloadValueKind.Number, Encoding.UTF8.GetString(json)),
        _ => new PayloadValue(PayloadValueKind.Other, Encoding.UTF8.GetString(json)),
    };

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
