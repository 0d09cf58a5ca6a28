namespace FunctionsIngest.Sweeping;

/// <summary>How much one piece of a sweep does before it leaves the rest to the next sweep.</summary>
internal sealed record SweepLimits
{
    /// <summary>The most calls to storage.</summary>
    public int Calls { get; init; } = 40_000;

    /// <summary>The longest that it goes on. All pieces together end well before the host ends the function.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many blobs are listed at a time: at most 5,000.</summary>
    public int PageSize { get; init; } = 1000;
}
