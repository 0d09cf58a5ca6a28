namespace FunctionsIngest.Chaos.Reconciling;

/// <summary>Why a handler ran for an event although it had started before.</summary>
internal enum Repetition
{
    /// <summary>It had failed, as the event told it.</summary>
    Failed,

    /// <summary>Its process was killed before its end was noted.</summary>
    Killed,

    /// <summary>A write of the row met a storage failure before its end was noted.</summary>
    StorageFailed,

    /// <summary>Its end had been noted: must not be.</summary>
    Noted,

    /// <summary>Nothing of the above: must not be.</summary>
    Unexplained,
}
