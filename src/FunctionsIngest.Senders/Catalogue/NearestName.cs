namespace FunctionsIngest.Senders.Catalogue;

/// <summary>Finds the name that somebody meant who has mistyped it.</summary>
internal static class NearestName
{
    /// <summary>The name that is nearest to a text, without regard to case.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="names">The names there are.</param>
    /// <returns>
    /// The name; null if every one differs by more than a third of the text's length, or by more than three letters. A
    /// letter that is missing, too many or wrong counts one, and so do two neighbours that have changed places.
    /// </returns>
    public static string? To(string text, IEnumerable<string> names)
    {
        var most = Math.Clamp(text.Length / 3, 1, 3);
        return names
            .Select(name => (Name: name, Distance: Distance(text.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= most)
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault()
            .Name;
    }

    /// <summary>A question to end an error with.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="names">The names there are.</param>
    /// <param name="prefix">What goes before the name.</param>
    /// <returns><c> Did you mean …?</c>, with a space before it; empty if no name is near.</returns>
    public static string Question(string text, IEnumerable<string> names, string prefix = "")
        => To(text, names) is { } name ? $" Did you mean {prefix}{name}?" : "";

    private static int Distance(string first, string second)
    {
        var distances = new int[first.Length + 1, second.Length + 1];
        for (var i = 0; i <= first.Length; i++)
            distances[i, 0] = i;
        for (var j = 0; j <= second.Length; j++)
            distances[0, j] = j;

        for (var i = 1; i <= first.Length; i++)
        {
            for (var j = 1; j <= second.Length; j++)
            {
                var changed = distances[i - 1, j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                distances[i, j] = Math.Min(changed, Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
            }
        }

        return distances[first.Length, second.Length];
    }
}
