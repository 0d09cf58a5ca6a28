using System.Text.Json.Serialization;
using Azure.Messaging;

namespace FunctionsIngest.Poison;

/// <summary>What the poison container keeps of an event, or of a message that could not be read.</summary>
internal sealed record PoisonDocument
{
    /// <summary>Why it was given up.</summary>
    public required string Reason { get; init; }

    /// <summary>When it was given up.</summary>
    public required DateTimeOffset PoisonedAt { get; init; }

    /// <summary>
    /// The event as its last message carried it, with its delivery, attempt and redrive; null for a message that could
    /// not be read.
    /// </summary>
    public CloudEvent? Event { get; init; }

    /// <summary>The message that could not be read.</summary>
    public byte[]? Message { get; init; }

    /// <summary>Whether this is in the place of a document that could not be read.</summary>
    [JsonIgnore]
    public bool IsUnreadable { get; init; }
}
