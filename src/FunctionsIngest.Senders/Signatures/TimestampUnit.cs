namespace FunctionsIngest.Senders.Signatures;

/// <summary>What a numeric timestamp counts.</summary>
internal enum TimestampUnit
{
    /// <summary>Seconds since 1970.</summary>
    Seconds,

    /// <summary>Milliseconds since 1970.</summary>
    Milliseconds,
}
