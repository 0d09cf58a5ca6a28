namespace FunctionsIngest.Senders.Signatures;

/// <summary>What a verified signature covers, and what of it makes the replay key.</summary>
/// <param name="Body">
/// The body that the sender signed: as it came, or in the form that the sender hashed where the two differ.
/// </param>
internal readonly record struct VerifiedContent(ReadOnlyMemory<byte> Body)
{
    /// <summary>The signed id; empty where the sender signs none.</summary>
    public ReadOnlyMemory<char> Id { get; init; }

    /// <summary>The signed method; null where the sender signs none.</summary>
    public string? Method { get; init; }

    /// <summary>The signed path; null where the sender signs none.</summary>
    public string? Path { get; init; }

    /// <summary>What takes the body's place in the replay key: its signed hash. Empty: the body itself.</summary>
    public ReadOnlyMemory<byte> BodyHash { get; init; }

    /// <summary>Whether the body is what the sender vouches for, so that an id in it counts.</summary>
    public bool HasBody { get; init; }
}
