namespace FunctionsIngest.Senders.Keys;

/// <summary>The text of a secret, which may hold several keys.</summary>
internal static class SecretText
{
    /// <summary>
    /// The keys in a secret's text: a JSON web key, or PEM blocks (their newlines may be lost, or written as the two
    /// characters <c>\n</c>), or one key a line. Whitespace around a key and empty lines do not count.
    /// </summary>
    public static IReadOnlyList<string> Split(string text)
    {
        text = text.Trim().TrimStart('\uFEFF');
        if (JsonWebKeyReader.IsJsonWebKey(text))
            return [text];
        if (PemText.IsIn(text))
            text = PemText.Repair(text);

        var keys = new List<string>();
        var position = 0;
        foreach (var block in PemText.Block().EnumerateMatches(text))
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
            if (PemText.IsIn(rest))
                keys.Add(rest);
            else
                keys.AddRange(rest.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>
    /// Checks that PEM is whole, and turns a JSON web key into PEM, which every scheme with public keys reads.
    /// </summary>
    /// <param name="text">One of the texts of <see cref="Split"/>.</param>
    /// <param name="unwrapped">The text as a scheme parses it.</param>
    /// <returns>Null, or what is wrong with the text, without a character of it.</returns>
    public static string? Unwrap(string text, out string unwrapped)
    {
        unwrapped = text;
        if (PemText.IsIn(text) && !PemText.Block().IsMatch(text))
            return "it is PEM without its last line";
        if (!JsonWebKeyReader.IsJsonWebKey(text))
            return null;
        if (!JsonWebKeyReader.TryRead(text, out var pem, out var problem))
            return problem;

        unwrapped = pem;
        return null;
    }
}
