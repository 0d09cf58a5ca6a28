namespace FunctionsIngest.Senders.Payloads;

/// <summary>The JSON type of what is at a pointer. Two values of different types are never the same.</summary>
internal enum PayloadValueKind
{
    /// <summary>Absent, null, or a string that is not text.</summary>
    None,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A boolean, an object or an array.</summary>
    Other,
}
