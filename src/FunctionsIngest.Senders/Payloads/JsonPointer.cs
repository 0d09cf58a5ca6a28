using System.Diagnostics.CodeAnalysis;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>A JSON pointer (RFC 6901), parsed once: <c>/event/type</c>.</summary>
internal sealed class JsonPointer
{
    private readonly string _text;

    private JsonPointer(string text, IReadOnlyList<string> tokens)
    {
        _text = text;
        Tokens = tokens;
    }

    /// <summary>The unescaped reference tokens, outermost first.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>
    /// Parses a pointer; the empty pointer (the whole document) is not one that a setting can mean, so it is refused.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out JsonPointer? pointer)
    {
        pointer = null;
        if (string.IsNullOrEmpty(text) || text[0] != '/')
            return false;

        var tokens = text[1..].Split('/');
        for (var i = 0; i < tokens.Length; i++)
        {
            for (var tilde = tokens[i].IndexOf('~', StringComparison.Ordinal); tilde >= 0; tilde = tokens[i].IndexOf('~', tilde + 1))
            {
                if (tilde + 1 >= tokens[i].Length || tokens[i][tilde + 1] is not ('0' or '1'))
                    return false;
            }

            tokens[i] = tokens[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        pointer = new JsonPointer(text, tokens);
        return true;
    }

    /// <summary>Parses a pointer of our own code.</summary>
    public static JsonPointer Parse(string text)
        => TryParse(text, out var pointer) ? pointer : throw new FormatException($"'{text}' is not a JSON pointer.");

    /// <inheritdoc />
    public override string ToString() => _text;
}
