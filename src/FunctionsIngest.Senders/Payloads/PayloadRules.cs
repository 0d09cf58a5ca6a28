using System.Collections.Frozen;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>Where a source's payload says what it is, and what it must contain.</summary>
internal sealed record PayloadRules
{
    /// <summary>Where the event type is in the payload.</summary>
    public JsonPointer? EventType { get; init; }

    /// <summary>The header that names the event type, for senders that put it there.</summary>
    public string? EventTypeHeader { get; init; }

    /// <summary>Where the webhook's id may be in the payload. The first number or non-empty string counts.</summary>
    public IReadOnlyList<JsonPointer> Ids { get; init; } = [];

    /// <summary>
    /// Whether the payload must be strict UTF-8 JSON: an object with an event type and one of the ids as non-empty
    /// strings. Otherwise any body gets through.
    /// </summary>
    public bool Required { get; init; }

    /// <summary>
    /// The types that the sender documents for <see cref="EventTypeHeader"/>. No signature covers them, and only these
    /// and the source's own tell webhooks with the same body apart.
    /// </summary>
    public FrozenSet<string> ListedTypes { get; init; } = [];

    /// <summary>
    /// The types whose sender acts on the answer. A 2xx without the answer would grant what nobody has decided.
    /// </summary>
    public FrozenSet<string> AwaitedTypes { get; init; } = [];

    /// <summary>
    /// Whether the sender's document wants a 400 for a type that the receiver does not know. Otherwise such a webhook
    /// is acknowledged and ignored, because senders switch an endpoint off that refuses genuine webhooks.
    /// </summary>
    public bool RefusesUnknownTypes { get; init; }

    /// <summary>Whether a webhook says its type anywhere.</summary>
    public bool HasEventType => EventType is not null || EventTypeHeader is not null;
}
