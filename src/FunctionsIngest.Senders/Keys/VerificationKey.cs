namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// A key in memory, parsed once. Holds secret material: derived types are classes, never records, so that no
/// <see cref="object.ToString"/> prints a value.
/// </summary>
internal abstract class VerificationKey
{
    /// <summary>The most keys that one source may have at a time; a scheme looks at no more.</summary>
    public const int MaxPerSource = 8;
}
