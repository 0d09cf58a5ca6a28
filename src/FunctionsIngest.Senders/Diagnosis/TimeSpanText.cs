using System.Globalization;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>Spans of time in words.</summary>
internal static class TimeSpanText
{
    /// <summary>A span of time in one or two units: 3 d 4 h, 5 min, 12 s.</summary>
    public static string Describe(TimeSpan age) => age.Duration() switch
    {
        { TotalDays: >= 1 } long_ => string.Create(CultureInfo.InvariantCulture, $"{(int)long_.TotalDays} d {long_.Hours} h"),
        { TotalHours: >= 1 } hours => string.Create(CultureInfo.InvariantCulture, $"{hours.Hours} h {hours.Minutes} min"),
        { TotalMinutes: >= 1 } minutes => string.Create(CultureInfo.InvariantCulture, $"{minutes.Minutes} min {minutes.Seconds} s"),
        var rest => string.Create(CultureInfo.InvariantCulture, $"{rest.TotalSeconds:0.#} s"),
    };
}
