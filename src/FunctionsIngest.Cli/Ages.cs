using System.Globalization;

namespace FunctionsIngest.Cli;

/// <summary>Times as people type and read them.</summary>
internal static class Ages
{
    // Some years: what is older is nowhere kept.
    private const double MostSeconds = 10 * 366 * 86_400d;

    /// <summary>A moment as lists show it: UTC, to the second.</summary>
    public static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Reads 90s, 30m, 12h or 7d.</summary>
    public static bool TryParse(string text, out TimeSpan age)
    {
        age = default;
        var unit = text.Length < 2 ? 0 : text[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => 0,
        };
        if (unit == 0 || !double.TryParse(text.AsSpan(..^1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count * unit > MostSeconds)
            return false;

        age = TimeSpan.FromSeconds(count * unit);
        return true;
    }

    /// <summary>
    /// Reads an age counted back from now, a count of seconds since 1970, or a date with or without a time. A time
    /// without an offset is UTC.
    /// </summary>
    public static bool TryParseMoment(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        if (TryParse(text, out var age))
        {
            moment = now - age;
            return true;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            moment = DateTimeOffset.FromUnixTimeSeconds(seconds);
            return true;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
    }
}
