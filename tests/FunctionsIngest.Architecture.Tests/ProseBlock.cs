namespace FunctionsIngest.Architecture.Tests;

/// <summary>A paragraph, a list item or a comment: lines that are read as one text.</summary>
/// <param name="File">The file, from the repository's root, with slashes.</param>
internal sealed record ProseBlock(string File)
{
    private readonly List<(int Line, int Start)> _lines = [];

    /// <summary>The text, its lines joined by blanks. Code in it reads as the word "code".</summary>
    public string Text { get; private set; } = "";

    public void Add(int line, string text)
    {
        _lines.Add((line, Text.Length == 0 ? 0 : Text.Length + 1));
        Text = Text.Length == 0 ? text : $"{Text} {text}";
    }

    /// <summary>The number of the line that a place of the text comes from, from 1.</summary>
    public int LineAt(int place) => _lines.Last(line => line.Start <= place).Line;
}
