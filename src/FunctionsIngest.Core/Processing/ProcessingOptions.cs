using FunctionsIngest.Configuration;

namespace FunctionsIngest.Processing;

/// <summary>How events are processed: settings of the section <c>Webhooks</c>.</summary>
internal sealed class ProcessingOptions : BoundOptions
{
    /// <summary>By which share of itself a retry delay varies, either way.</summary>
    public const double RetryVariation = 0.1;

    /// <summary>
    /// How long a processor holds a row without renewing it; renewed at half. One second to 7 days, less than the time
    /// a message stays invisible.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The delays between attempts; their number plus one is the number of attempts, and their sum is less than the
    /// retention. Each varies by up to a tenth.
    /// </summary>
    public IList<TimeSpan> RetryDelays { get; set; } = [];

    /// <summary>
    /// The default delays. They are not the default of the list, because a bound list adds to its default.
    /// </summary>
    public static IReadOnlyList<TimeSpan> DefaultRetryDelays { get; } =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
    ];

    /// <summary>The delays in force.</summary>
    public IReadOnlyList<TimeSpan> EffectiveRetryDelays => RetryDelays.Count == 0 ? DefaultRetryDelays : [.. RetryDelays];
}
