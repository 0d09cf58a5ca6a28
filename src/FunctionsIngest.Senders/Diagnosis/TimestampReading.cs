using System.Globalization;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>What a request's timestamp says, and what is wrong with it.</summary>
/// <param name="Causes">What is wrong, a sentence each; none if the scheme takes it.</param>
/// <param name="Time">The time that it means; the time of arrival if it means none.</param>
/// <param name="Unit">What it counts; null if it is not a count.</param>
internal sealed record TimestampReading(IReadOnlyList<string> Causes, DateTimeOffset Time, TimestampUnit? Unit)
{
    // A count of one unit, read in the other, is off by decades.
    private static readonly TimeSpan Plausible = TimeSpan.FromDays(10 * 365);

    /// <summary>Reads a timestamp.</summary>
    /// <param name="definition">The scheme.</param>
    /// <param name="text">The timestamp.</param>
    /// <param name="at">When the request arrived.</param>
    public static TimestampReading Of(SchemeDefinition definition, string text, DateTimeOffset at)
    {
        var unit = definition.TimestampUnit;
        var other = unit == TimestampUnit.Seconds ? TimestampUnit.Milliseconds : TimestampUnit.Seconds;
        var own = Parse(text, unit);
        if (!IsPlausible(own, at) && Parse(text, other) is { } inOther && IsPlausible(inOther, at))
            return new([$"The timestamp counts {NameOf(other)}, and the scheme counts {NameOf(unit)}.", .. OffBy(definition, inOther, at)], inOther, other);
        if (own is { } time)
            return new(OffBy(definition, time, at), time, unit);

        return text.Contains('-', StringComparison.Ordinal) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? new([$"The timestamp is written as a date, and the scheme counts {NameOf(unit)} since 1970.", .. OffBy(definition, date, at)], date, null)
            : new([$"The timestamp is '{text}', which is not a plain count since 1970."], at, null);
    }

    /// <summary>
    /// Whether a time lies outside the scheme's window, so that the request must have arrived at another.
    /// </summary>
    public static bool IsOutside(SchemeDefinition definition, DateTimeOffset time, DateTimeOffset at) => OffBy(definition, time, at).Length > 0;

    private static string[] OffBy(SchemeDefinition definition, DateTimeOffset time, DateTimeOffset at)
    {
        var count = UnixTimestamp.Count(time, definition.TimestampUnit);
        var age = (at - time).Duration();
        return UnixTimestamp.Check(count, definition.TimestampUnit, at, definition.PastTolerance, definition.FutureTolerance) switch
        {
            VerificationResult.TimestampTooOld =>
                [$"The timestamp is {TimeSpanText.Describe(age)} old, and {TimeSpanText.Describe(definition.PastTolerance)} are allowed: the request was sent again or held up, or a clock is wrong. To verify it as of when it arrived, give --at."],
            VerificationResult.TimestampTooNew =>
                [$"The timestamp lies {TimeSpanText.Describe(age)} in the future, and {TimeSpanText.Describe(definition.FutureTolerance)} are allowed: a clock is wrong."],
            _ => [],
        };
    }

    private static bool IsPlausible(DateTimeOffset? time, DateTimeOffset at) => time is { } read && (read - at).Duration() < Plausible;

    private static DateTimeOffset? Parse(string text, TimestampUnit unit)
        => !UnixTimestamp.TryParse(text, unit, out var count) ? null
            : unit == TimestampUnit.Seconds ? DateTimeOffset.FromUnixTimeSeconds(count) : DateTimeOffset.FromUnixTimeMilliseconds(count);

    private static string NameOf(TimestampUnit unit) => unit == TimestampUnit.Seconds ? "seconds" : "milliseconds";
}
