namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>
/// Reads headers by the rules of the documents: equal repetitions are one, whether they came as lines or were joined on
/// the way; different ones are refused. Lines are compared as they came: who joins lines, joins all of them.
/// </summary>
internal static class ReferenceHeader
{
    // Whole lines with commas in them count as repeated up to so many times.
    private const int MaxRepeats = 8;

    /// <summary>Reads a header whose values contain no comma.</summary>
    /// <param name="lines">Its lines.</param>
    /// <param name="value">The value; null if there is none.</param>
    /// <returns>False if there are two different ones.</returns>
    public static bool TryReadOne(string[] lines, out string? value)
    {
        if (!TryReadLine(lines, out value))
            return false;
        if (value is null)
            return true;

        var items = value.Split(',').Select(item => item.Trim(' ')).Distinct(StringComparer.Ordinal).ToArray();
        value = items.Length == 1 && items[0].Length > 0 ? items[0] : null;
        return items.Length <= 1;
    }

    /// <summary>Reads a header that may contain commas.</summary>
    /// <param name="lines">Its lines.</param>
    /// <param name="value">The line; null if there is none.</param>
    /// <returns>False if there are two different ones.</returns>
    public static bool TryReadLine(string[] lines, out string? value)
    {
        var different = lines.Distinct(StringComparer.Ordinal).ToArray();
        value = different.Length == 1 && different[0].Length > 0 ? different[0] : null;
        return different.Length <= 1;
    }

    /// <summary>What a line may be the repetition of, the shortest first and the line itself last.</summary>
    public static IEnumerable<string> UnitsOf(string line)
    {
        var items = line.Split(',');
        for (var size = 1; size < items.Length; size++)
        {
            // Who joins, joins all lines alike.
            var unit = string.Join(',', items.Take(size));
            var repeated = Enumerable.Repeat(unit, items.Length / size).ToArray();
            if (items.Length % size == 0 && repeated.Length <= MaxRepeats && (string.Join(',', repeated) == line || string.Join(", ", repeated) == line))
                yield return unit;
        }

        yield return line;
    }

    /// <summary>
    /// Whether a line has been joined of several ones: a comma with a blank behind it, which only those senders write
    /// whose own separator has one.
    /// </summary>
    public static bool IsJoined(string line) => line.Contains(", ", StringComparison.Ordinal) || line.Contains(",\t", StringComparison.Ordinal);
}
