namespace FunctionsIngest.Chaos.Reconciling;

/// <summary>The time as it will be after a while.</summary>
internal sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
}
