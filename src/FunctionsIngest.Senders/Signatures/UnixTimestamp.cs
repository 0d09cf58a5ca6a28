namespace FunctionsIngest.Senders.Signatures;

/// <summary>Timestamps written as a count since 1970.</summary>
internal static class UnixTimestamp
{
    // The last millisecond of the year 9999, the end of DateTimeOffset, and so of any difference that is computed here.
    private const long MaxMilliseconds = 253_402_300_799_999;

    /// <summary>
    /// Reads a plain integer: digits alone, with no sign, space, point, exponent or leading zero, up to the year 9999.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, TimestampUnit unit, out long count)
    {
        count = 0;
        if (text.Length is 0 or > 15 || (text[0] == '0' && text.Length > 1))
            return false;

        foreach (var digit in text)
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            count = (count * 10) + (digit - '0');
        }

        return count <= (unit == TimestampUnit.Seconds ? MaxMilliseconds / 1000 : MaxMilliseconds);
    }

    /// <summary>The time as a count.</summary>
    public static long Count(DateTimeOffset time, TimestampUnit unit)
        => unit == TimestampUnit.Seconds ? time.ToUnixTimeSeconds() : time.ToUnixTimeMilliseconds();

    /// <summary>Compares at the unit's own resolution; the edges of the tolerances are inside.</summary>
    public static VerificationResult Check(long count, TimestampUnit unit, DateTimeOffset now, TimeSpan past, TimeSpan future)
    {
        var age = (Count(now, unit) - count) * (unit == TimestampUnit.Seconds ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond);
        return age > past.Ticks ? VerificationResult.TimestampTooOld
            : age < -future.Ticks ? VerificationResult.TimestampTooNew
            : VerificationResult.Verified;
    }
}
