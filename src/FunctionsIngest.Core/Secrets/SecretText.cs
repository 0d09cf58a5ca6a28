using System.Text.RegularExpressions;
using FunctionsIngest.Signatures;

namespace FunctionsIngest.Secrets;

/// <summary>The text of a secret, which may hold several keys.</summary>
internal static partial class SecretText
{
    private const string PemStart = "-----BEGIN ";

    /// <summary>
    /// The keys in a secret's text: a JSON web key, or PEM blocks (their newlines may be lost, or written as the two characters
    /// <c>\n</c>), or one key a line. Whitespace around a key and empty lines do not count.
    /// </summary>
    public static IReadOnlyList<string> Split(string text)
    {
        text = text.Trim().TrimStart('\uFEFF');
        if (JsonWebKeyReader.IsJsonWebKey(text))
            return [text];
        if (text.Contains(PemStart, StringComparison.Ordinal))
            text = text.Replace("\\r", "", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);

        var keys = new List<string>();
        var position = 0;
        foreach (var block in PemBlock().EnumerateMatches(text))
        {
            AddLines(text[position..block.Index]);
            keys.Add(text.Substring(block.Index, block.Length));
            position = block.Index + block.Length;
        }

        AddLines(text[position..]);
        return keys;

        void AddLines(string rest)
        {
            // A block without its end is one broken key: its first line alone would be a key that anybody can guess.
            if (rest.Contains(PemStart, StringComparison.Ordinal))
                keys.Add(rest);
            else
                keys.AddRange(rest.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>Parses one key as the scheme writes it.</summary>
    /// <param name="scheme">The source's scheme.</param>
    /// <param name="text">One of the texts of <see cref="Split"/>.</param>
    /// <param name="key">The key, or null if the text is none.</param>
    /// <returns>Null, or what is wrong with the text, without a character of it.</returns>
    public static string? Parse(SignatureScheme scheme, string text, out VerificationKey? key)
    {
        key = null;
        if (text.Contains(PemStart, StringComparison.Ordinal) && !PemBlock().IsMatch(text))
            return "it is PEM without its last line";

        if (JsonWebKeyReader.IsJsonWebKey(text))
        {
            if (!JsonWebKeyReader.TryRead(text, out var pem, out var problem))
                return problem;
            text = pem;
        }

        return scheme.ParseKey(text, out key);
    }

    [GeneratedRegex("-----BEGIN (?<label>[A-Z0-9 ]+)-----.*?-----END \\k<label>-----", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex PemBlock();
}
