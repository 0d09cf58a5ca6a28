namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>One part of a request as it came, or as it may have been before something changed it.</summary>
/// <param name="Value">The part.</param>
/// <param name="Causes">
/// What must have happened for this to be the part that the sender signed; none for the part as it came.
/// </param>
internal readonly record struct Variant<T>(T Value, params string[] Causes)
{
    /// <summary>How much must have happened.</summary>
    public int Cost => Causes.Length;
}
