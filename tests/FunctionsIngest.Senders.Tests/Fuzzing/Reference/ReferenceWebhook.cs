namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>What the reference takes for genuine.</summary>
/// <param name="Body">What is handed on.</param>
internal sealed record ReferenceWebhook(byte[] Body)
{
    /// <summary>The signed id; null where the sender signs none.</summary>
    public string? Id { get; init; }

    /// <summary>The signed method and path, which are part of the content; null where the sender signs none.</summary>
    public (string Method, string Path)? Address { get; init; }

    /// <summary>What takes the place of the body in the replay key.</summary>
    public byte[]? BodyHash { get; init; }

    /// <summary>The type that a header names; null if there is none.</summary>
    public string? HeaderType { get; init; }
}
