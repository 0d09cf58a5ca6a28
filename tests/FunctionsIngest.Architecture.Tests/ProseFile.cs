using System.Text.RegularExpressions;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>The prose of a Markdown file, or of the comments of a C# file. String literals are left out.</summary>
internal sealed partial class ProseFile
{
    private readonly List<ProseBlock> _blocks = [];
    private ProseBlock? _open;

    private ProseFile(string name) => Name = name;

    /// <summary>The file, from the repository's root, with slashes.</summary>
    public string Name { get; }

    /// <summary>Each text of it.</summary>
    public IReadOnlyList<ProseBlock> Blocks => _blocks;

    /// <summary>Its lines of prose by number, from 1, with their lengths. The targets of links do not count.</summary>
    public List<(int Line, int Length)> Lengths { get; } = [];

    public static ProseFile Read(string root, string path)
    {
        var file = new ProseFile(Path.GetRelativePath(root, path).Replace('\\', '/'));
        var lines = File.ReadAllLines(path);
        if (path.EndsWith(".md", StringComparison.Ordinal))
            file.ReadMarkdown(lines);
        else
            file.ReadComments(lines);
        return file;
    }

    private void ReadMarkdown(string[] lines)
    {
        var fenced = false;
        var listed = false;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var text = line.TrimStart();
            if (text.StartsWith("```", StringComparison.Ordinal))
            {
                fenced = !fenced;
                _open = null;
                continue;
            }

            var item = ListItem().IsMatch(line);
            listed = item || (listed && (text.Length == 0 || line[0] == ' '));
            var code = fenced || (!listed && line.StartsWith("    ", StringComparison.Ordinal));
            if (code || text.Length == 0 || text[0] == '|')
            {
                _open = null;
                continue;
            }

            Add(i + 1, line, text, begins: item || text[0] == '#');
            if (text[0] == '#')
                _open = null;
        }
    }

    private void ReadComments(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            var text = line.TrimStart();
            if (text.StartsWith("//", StringComparison.Ordinal))
            {
                var begins = XmlElement().IsMatch(text);
                Add(i + 1, line, XmlTag().Replace(XmlCode().Replace(text.TrimStart('/'), "code"), " "), begins);
            }
            else
            {
                _open = null;
                if (TrailingComment().Match(line) is { Success: true } comment)
                    NewBlock().Add(i + 1, comment.Groups["text"].Value);
            }
        }

        _open = null;
    }

    private void Add(int number, string line, string text, bool begins)
    {
        Lengths.Add((number, LinkTarget().Replace(line, "").Length));
        if (begins || _open is null)
            _open = NewBlock();
        _open.Add(number, LinkTarget().Replace(InlineCode().Replace(text, "code"), "").Trim());
    }

    private ProseBlock NewBlock()
    {
        var block = new ProseBlock(Name);
        _blocks.Add(block);
        return block;
    }

    [GeneratedRegex(@"^\s*([-*]|[0-9]+\.) ")]
    private static partial Regex ListItem();

    [GeneratedRegex("`[^`]+`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(?<=\])\([^)]*\)|https?://\S+")]
    private static partial Regex LinkTarget();

    [GeneratedRegex("^///\\s*<(summary|param|returns|exception|remarks|typeparam|value)\\b")]
    private static partial Regex XmlElement();

    [GeneratedRegex("<c>.*?</c>|<(see|paramref|typeparamref) [^>]*>")]
    private static partial Regex XmlCode();

    [GeneratedRegex("</?[a-z][^>]*>")]
    private static partial Regex XmlTag();

    [GeneratedRegex("""^[^"']*[;,{})\]]\s+// (?<text>.*)$""")]
    private static partial Regex TrailingComment();
}
