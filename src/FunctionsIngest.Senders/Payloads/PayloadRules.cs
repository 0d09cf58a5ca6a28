namespace FunctionsIngest.Senders.Payloads;

/// <summary>Where a source's payload says what it is, and what it must contain.</summary>
internal sealed record PayloadRules
{
    /// <summary>Where the event type is in the payload.</summary>
    public JsonPointer? EventType { get; init; }

    /// <summary>The header that names the event type, for senders that put it there.</summary>
    public string? EventTypeHeader { get; init; }

    /// <summary>Where the webhook's id may be in the payload. The first non-empty string counts.</summary>
    public IReadOnlyList<JsonPointer> Ids { get; init; } = [];

    /// <summary>
    /// Whether the payload must be strict UTF-8 JSON: an object with an event type and one of the ids as non-empty
    /// strings. Otherwise any body gets through.
    /// </summary>
    public bool Required { get; init; }
}
