using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FunctionsIngest.Signatures;

namespace FunctionsIngest.Secrets;

/// <summary>The text of a secret, which may hold several keys.</summary>
internal static partial class SecretText
{
    private const string PemStart = "-----BEGIN ";

    /// <summary>
    /// The keys in a secret's text: a JSON web key, or PEM blocks (their newlines may be lost or written as <c>\n</c>), or one
    /// key a line. Whitespace around a key and empty lines do not count.
    /// </summary>
    public static IReadOnlyList<string> Split(string text)
    {
        text = text.Trim().TrimStart('\uFEFF');
        if (JsonWebKeyReader.IsJsonWebKey(text))
            return [text];

        var keys = new List<string>();
        var position = 0;
        foreach (var block in PemBlock().EnumerateMatches(text))
        {
            AddLines(text[position..block.Index]);
            keys.Add(Tidy(text.Substring(block.Index, block.Length)));
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

    private static string Tidy(string block)
    {
        var match = PemBlock().Match(block);
        var label = match.Groups["label"].Value;
        var body = Whitespace().Replace(match.Groups["body"].Value, "");
        var bytes = new byte[body.Length];

        // What is not base64 is left as it is: the scheme says what is wrong with it.
        return Convert.TryFromBase64String(body, bytes, out var written) ? PemEncoding.WriteString(label, bytes.AsSpan(0, written)) : block;
    }

    [GeneratedRegex("-----BEGIN (?<label>[A-Z0-9 ]+)-----(?<body>.*?)-----END \\k<label>-----", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex PemBlock();

    [GeneratedRegex(@"\s|\\r|\\n", RegexOptions.CultureInvariant)]
    private static partial Regex Whitespace();
}
