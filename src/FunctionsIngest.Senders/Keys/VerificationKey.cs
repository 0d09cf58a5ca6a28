namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// A key in memory, parsed once. Holds secret material: derived types are classes, never records, so that no
/// <see cref="object.ToString"/> prints a value.
/// </summary>
internal abstract class VerificationKey
{
    /// <summary>The most keys that one source may have at a time; a scheme looks at no more.</summary>
    public const int MaxPerSource = 8;

    /// <summary>How many bytes both sides keep secret; null for a key of a pair.</summary>
    public virtual int? SharedLength => null;

    /// <summary>Whether it signs as well: all but public keys do.</summary>
    public virtual bool CanSign => true;
}
