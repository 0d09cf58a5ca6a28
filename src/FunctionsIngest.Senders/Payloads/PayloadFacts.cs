namespace FunctionsIngest.Senders.Payloads;

/// <summary>What a payload says of itself.</summary>
internal sealed record PayloadFacts
{
    /// <summary>The type of a webhook that does not say one.</summary>
    public const string DefaultEventType = "webhook";

    /// <summary>The longest event type, in characters; a longer one counts as none.</summary>
    public const int MaxEventTypeLength = 256;

    /// <summary>The event's type; <see cref="DefaultEventType"/> where the webhook names none.</summary>
    public required string EventType { get; init; }

    /// <summary>Whether a header named the type.</summary>
    public bool IsTypeOfHeader { get; init; }

    /// <summary>Which of <see cref="PayloadRules.Ids"/> held the id, as a JSON pointer; null if none did.</summary>
    public string? IdName { get; init; }

    /// <summary>The id in the payload: a number, or text that is not empty.</summary>
    public PayloadValue Id { get; init; }

    /// <summary>
    /// What is at the source's own <c>ReplayKey</c> pointers, in their order; empty if the source sets none.
    /// </summary>
    public IReadOnlyList<PayloadValue> ReplayValues { get; init; } = [];

    /// <summary>Whether an id or a value that the rules or the source point at is not there.</summary>
    public bool IsIdMissing { get; init; }

    /// <summary>
    /// Whether the payload is JSON as far as it could be read, but not to its end: what comes later was not found.
    /// </summary>
    public bool IsCutShort { get; init; }
}
