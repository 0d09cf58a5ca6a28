namespace FunctionsIngest.Sweeping;

/// <summary>What is left of the limits of one piece of a sweep.</summary>
internal sealed class SweepAllowance(SweepLimits limits, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private int _calls;

    /// <summary>Whether nothing more is to be begun. What has been begun is brought to its end.</summary>
    public bool IsUsedUp => Volatile.Read(ref _calls) >= limits.Calls || time.GetElapsedTime(_started) >= limits.Duration;

    /// <summary>Counts a call to storage.</summary>
    public void Call() => Interlocked.Increment(ref _calls);
}
