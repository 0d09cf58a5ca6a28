using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>What is signed, parsed once: <c>{id}.{timestamp}.{body}</c>.</summary>
internal sealed class ContentTemplate
{
    // More than any sender is known to write.
    private const int MaxIdLength = 1024;

    private readonly string _text;
    private readonly ContentPart[] _parts;
    private readonly ContentPartKind[] _kinds;
    private readonly SearchValues<char> _idCharacters;

    private ContentTemplate(string text, ContentPart[] parts)
    {
        _text = text;
        _parts = parts;
        _kinds = [.. parts.Select(part => part.Kind)];
        _idCharacters = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(code => (char)code).Except(BesideId(parts))]);
    }

    /// <summary>Whether the content is the body and nothing else, so that it need not be put together.</summary>
    public bool IsBodyAlone => _parts is [{ Kind: ContentPartKind.Body }];

    /// <summary>Whether a part of this kind is signed.</summary>
    public bool Covers(ContentPartKind kind) => _kinds.Contains(kind);

    /// <summary>Parses a template.</summary>
    /// <param name="text">
    /// Text with <c>{body}</c>, <c>{timestamp}</c>, <c>{id}</c>, <c>{method}</c> and <c>{path}</c>, each at most once.
    /// </param>
    /// <param name="template">The template, or null.</param>
    /// <returns>Null, or what is wrong.</returns>
    public static string? TryParse(string text, out ContentTemplate? template)
    {
        template = null;
        var parts = new List<ContentPart>();
        for (var at = 0; at < text.Length;)
        {
            var brace = text.AsSpan(at).IndexOfAny('{', '}');
            var literalEnd = brace < 0 ? text.Length : at + brace;
            if (literalEnd > at)
                parts.Add(new ContentPart(ContentPartKind.Literal, Encoding.UTF8.GetBytes(text[at..literalEnd])));
            if (brace < 0)
                break;

            var end = text.IndexOf('}', literalEnd);
            if (end < 0 || text[literalEnd] == '}' || !TryParseKind(text[(literalEnd + 1)..end], out var kind))
                return "has a brace that belongs to none of {body}, {timestamp}, {id}, {method} and {path}";
            if (parts.Exists(part => part.Kind == kind))
                return $"names {text[literalEnd..(end + 1)]} twice";

            parts.Add(new ContentPart(kind, []));
            at = end + 1;
        }

        if (!parts.Exists(part => part.Kind is ContentPartKind.Body or ContentPartKind.Id))
            return "covers neither {body} nor {id}, so that one signature would fit every webhook";

        for (var i = 1; i < parts.Count; i++)
        {
            // Two texts of any length side by side could lend each other characters under the same signature. A
            // timestamp cannot: one digit more or less moves it out of its tolerance.
            if (IsOpen(parts[i - 1].Kind) && IsOpen(parts[i].Kind))
                return "puts two of {id}, {method}, {path} and {body} side by side, so that the end of one could pass for the start of the other";
        }

        template = new ContentTemplate(text, [.. parts]);
        return null;
    }

    /// <summary>Parses a template of our own code.</summary>
    public static ContentTemplate Parse(string text)
        => TryParse(text, out var template) is { } problem ? throw new FormatException($"'{text}' {problem}.") : template!;

    /// <summary>
    /// Whether an id is printable ASCII, 1 to 1,024 characters, and without the characters that end it in this
    /// template.
    /// </summary>
    public bool Accepts(ReadOnlySpan<char> id)
        => id.Length is >= 1 and <= MaxIdLength && !id.ContainsAnyExcept(_idCharacters);

    /// <summary>The content's length in bytes.</summary>
    public int Length(in ContentValues values)
    {
        var length = 0;
        foreach (ref readonly var part in _parts.AsSpan())
        {
            length += part.Kind switch
            {
                ContentPartKind.Literal => part.Literal.Length,
                ContentPartKind.Body => values.Body.Length,
                _ => Encoding.UTF8.GetByteCount(Text(part.Kind, values)),
            };
        }

        return length;
    }

    /// <summary>Puts the content together.</summary>
    /// <param name="values">What takes the places.</param>
    /// <param name="content">Receives <see cref="Length"/> bytes.</param>
    public void Write(in ContentValues values, Span<byte> content)
    {
        foreach (ref readonly var part in _parts.AsSpan())
        {
            var written = 0;
            switch (part.Kind)
            {
                case ContentPartKind.Literal:
                    part.Literal.CopyTo(content);
                    written = part.Literal.Length;
                    break;
                case ContentPartKind.Body:
                    values.Body.CopyTo(content);
                    written = values.Body.Length;
                    break;
                default:
                    written = Encoding.UTF8.GetBytes(Text(part.Kind, values), content);
                    break;
            }

            content = content[written..];
        }
    }

    /// <summary>Puts the content together piece by piece, because the body is too large to copy.</summary>
    public void AppendTo(IncrementalHash hash, in ContentValues values)
    {
        foreach (ref readonly var part in _parts.AsSpan())
        {
            hash.AppendData(part.Kind switch
            {
                ContentPartKind.Literal => part.Literal,
                ContentPartKind.Body => values.Body,
                _ => Encoding.UTF8.GetBytes(Text(part.Kind, values).ToArray()),
            });
        }
    }

    /// <inheritdoc />
    public override string ToString() => _text;

    private static ReadOnlySpan<char> Text(ContentPartKind kind, in ContentValues values) => kind switch
    {
        ContentPartKind.Id => values.Id,
        ContentPartKind.Timestamp => values.Timestamp,
        ContentPartKind.Method => values.Method,
        _ => values.Path,
    };

    private static bool IsOpen(ContentPartKind kind) => kind is not (ContentPartKind.Literal or ContentPartKind.Timestamp);

    private static bool TryParseKind(string name, [NotNullWhen(true)] out ContentPartKind kind)
    {
        kind = name switch
        {
            "id" => ContentPartKind.Id,
            "timestamp" => ContentPartKind.Timestamp,
            "method" => ContentPartKind.Method,
            "path" => ContentPartKind.Path,
            "body" => ContentPartKind.Body,
            _ => ContentPartKind.Literal,
        };
        return kind != ContentPartKind.Literal;
    }

    private static IEnumerable<char> BesideId(ContentPart[] parts)
    {
        var id = Array.FindIndex(parts, part => part.Kind == ContentPartKind.Id);
        // Text at the content's very start or end is fixed: nothing can pass over it.
        if (id > 1 && parts[id - 1].Literal is [.., var before])
            yield return (char)before;
        if (id >= 0 && id + 2 < parts.Length && parts[id + 1].Literal is [var after, ..])
            yield return (char)after;
    }
}
