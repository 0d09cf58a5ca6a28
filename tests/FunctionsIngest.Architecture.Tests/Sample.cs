using FunctionsIngest.Testing;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>A block of code in a document.</summary>
/// <param name="File">The document, from the repository's root, with slashes.</param>
/// <param name="Line">The number of its first line, from 1.</param>
/// <param name="Code">The code.</param>
internal sealed record Sample(string File, int Line, string Code)
{
    /// <summary>The blocks of a language in what a user reads: README and the pages of docs.</summary>
    /// <param name="language">The language, as the fence names it.</param>
    public static IReadOnlyList<Sample> Find(string language)
        => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Prepend(Path.Combine(Repository.Root, "README.md"))
            .SelectMany(path => Read(path, language))];

    private static IEnumerable<Sample> Read(string path, string language)
    {
        var file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');
        var lines = System.IO.File.ReadAllLines(path);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != $"```{language}")
                continue;

            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            yield return new Sample(file, i + 2, string.Join('\n', lines[(i + 1)..end]));
            i = end;
        }
    }
}
