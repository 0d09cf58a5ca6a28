using System.Buffers;

namespace FunctionsIngest.Senders.Keys;

/// <summary>The text of a secret: one key, or the keys of one JSON web key set.</summary>
internal static class SecretText
{
    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\n\r\v\f\u0085\u2028\u2029");
    private static readonly string[] Prefixes = [StandardWebhooksKey.SharedPrefix, StandardWebhooksKey.PublicPrefix, StandardWebhooksKey.PrivatePrefix];

    /// <summary>The text without the whitespace and the byte order mark around it.</summary>
    public static string Trim(string text) => text.Trim().TrimStart('\uFEFF').TrimStart();

    /// <summary>
    /// Reads a secret: a line, one PEM block (its newlines may be lost, or written as the two characters <c>\n</c>), a
    /// JSON web key or a set of them. Any other text of several lines is refused: a line of it may be one that anybody
    /// can guess.
    /// </summary>
    /// <param name="text">The secret's text; whitespace around it does not count.</param>
    /// <param name="keys">
    /// The keys as a scheme parses them, JSON web keys as PEM; none if the text is wrong, several only of a set.
    /// </param>
    /// <returns>Null, or what is wrong with the text, without a character of it.</returns>
    public static string? Read(string text, out IReadOnlyList<string> keys)
    {
        keys = [];
        text = Trim(text);
        if (text.Length == 0)
            return "it is empty";
        if (text[0] is '{' or '[')
            return JsonWebKeyReader.Read(text, out keys);

        if (PemText.IsIn(text))
            text = Trim(PemText.Repair(text));
        var problem = PemText.IsIn(text) ? FindPemProblem(text) : FindLineProblem(text);
        if (problem is null)
            keys = [text];
        return problem;
    }

    private static string? FindPemProblem(string text)
    {
        var block = PemText.Block().Match(text);
        if (!block.Success)
            return "it is PEM without its first or its last line";
        if (block.Length == text.Length)
            return null;

        return PemText.IsIn(text.Remove(block.Index, block.Length))
            ? "it has more than one PEM block, and a secret is one key"
            : "it has text beside its PEM block: leave the block alone in it";
    }

    private static string? FindLineProblem(string text)
    {
        if (text.AsSpan().ContainsAny(LineBreaks))
            return "it has a line break inside, and a secret is one key: give each key a secret of its own, or an entry of a list";

        foreach (var prefix in Prefixes)
        {
            if (text.LastIndexOf(prefix, StringComparison.OrdinalIgnoreCase) is var last && last > 0 || last == 0 && !text.StartsWith(prefix, StringComparison.Ordinal))
                return $"it contains {prefix} elsewhere than at its start, or in capitals: write it as {prefix}…, in lower case and with nothing before it";
        }

        return null;
    }
}
