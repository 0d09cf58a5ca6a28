using System.Text.RegularExpressions;
using FunctionsIngest.Testing;
using Xunit.Abstractions;

namespace FunctionsIngest.Architecture.Tests;

/// <summary>Documents and comments are written in plain English: see "Style" in CONTRIBUTING.md.</summary>
public sealed partial class ProseTests(ITestOutputHelper output)
{
    private const int LongestLine = 120;
    private const int LongestSentence = 25;

    /// <summary>A test writes this file from the code.</summary>
    private const string Generated = "docs/configuration.md";

    private static readonly string[] SkippedFolders =
        [".git", ".idea", ".local", ".vs", "BenchmarkDotNet.Artifacts", "StrykerOutput", "TestResults", "artifacts", "bin", "node_modules", "obj"];

    private static readonly (Regex Pattern, string Instead)[] Patterns =
    [
        (IsNo(), "say what it is, or that it has none"),
        (Stands(), "say 'is', or what it does"),
        (Whoever(), "name the subject"),
        (ForBecause(), "say 'because', or begin a sentence"),
        (WhatHasBeen(), "name the thing, or say who did it"),
    ];

    private static readonly Lazy<ProseFile[]> Files = new(() =>
        [.. Documents(Repository.Root).Concat(Code("src")).Concat(Code("tests")).Select(path => ProseFile.Read(Repository.Root, path)).OrderBy(file => file.Name, StringComparer.Ordinal)]);

    [Fact]
    public void No_line_of_prose_is_too_long()
        => AssertNone(
            from file in Files.Value
            where file.Name != Generated
            from line in file.Lengths
            where line.Length > LongestLine
            select $"{file.Name}:{line.Line}: {line.Length} characters, and {LongestLine} are allowed");

    [Fact]
    public void No_prose_uses_a_pattern_that_reads_badly()
        => AssertNone(
            from file in Files.Value
            from block in file.Blocks
            from pattern in Patterns
            from Match match in pattern.Pattern.Matches(block.Text)
            select $"{file.Name}:{block.LineAt(match.Index)}: '{match.Value.Trim()}': {pattern.Instead}");

    [Fact]
    public void Long_sentences_are_counted_and_do_not_fail()
    {
        var counts =
            from file in Files.Value
            let count = file.Blocks.SelectMany(block => SentenceEnd().Split(block.Text)).Count(sentence => Word().Count(sentence) > LongestSentence)
            where count > 0
            orderby count descending
            select (file.Name, Count: count);

        output.WriteLine($"{counts.Sum(file => file.Count)} sentences of more than {LongestSentence} words");
        foreach (var (name, count) in counts)
            output.WriteLine($"{count,5}  {name}");
    }

    private static void AssertNone(IEnumerable<string> findings)
    {
        var found = findings.ToArray();
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static IEnumerable<string> Documents(string folder)
        => Directory.EnumerateFiles(folder, "*.md").Concat(Folders(folder).SelectMany(Documents));

    private static IEnumerable<string> Code(string folder) => CodeIn(Path.Combine(Repository.Root, folder));

    private static IEnumerable<string> CodeIn(string folder)
        => Directory.EnumerateFiles(folder, "*.cs").Concat(Folders(folder).SelectMany(CodeIn));

    private static IEnumerable<string> Folders(string folder)
        => Directory.EnumerateDirectories(folder).Where(child => !SkippedFolders.Contains(Path.GetFileName(child)));

    [GeneratedRegex(@"(?<!\bthere )\bis (none\b|no (?!longer\b|more than\b|less than\b|\w+er than\b)\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex IsNo();

    [GeneratedRegex(@"\bstands?\b(?!-)", RegexOptions.IgnoreCase)]
    private static partial Regex Stands();

    [GeneratedRegex(@"(^|[.,:;!?(]\s*|\b(and|because|but|if|or|so|that|unless|until|when|where|which|while)\s+)(whoever|nobody)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Whoever();

    [GeneratedRegex(@", for (it|he|they|a|the|no|an|this|that|its)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ForBecause();

    [GeneratedRegex(@"\bwhat has been \w+ed\b", RegexOptions.IgnoreCase)]
    private static partial Regex WhatHasBeen();

    [GeneratedRegex(@"(?<=[.!?][)""'*]{0,2})\s+(?=[A-Z(\[]|code\b)")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\w[\w'’-]*")]
    private static partial Regex Word();
}
