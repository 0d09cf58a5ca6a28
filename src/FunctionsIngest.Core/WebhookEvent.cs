using FunctionsIngest.Senders;

namespace FunctionsIngest;

/// <summary>A genuine webhook, as a handler gets it.</summary>
public sealed class WebhookEvent
{
    /// <summary>
    /// The event's id: derived from the source and what makes the webhook unique, the same for every repetition, for
    /// ever.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>The name of the source that sent it.</summary>
    public required string Source { get; init; }

    /// <summary>The event's type as the sender names it; <c>webhook</c> where it names none.</summary>
    public required string Type { get; init; }

    /// <summary>
    /// Whether the signature covers <see cref="Type"/>. Some senders, such as GitHub and Shopify, name the type in a
    /// header that they do not sign: somebody who has a genuine webhook can send it again with another type.
    /// </summary>
    public bool IsTypeAuthenticated { get; init; }

    /// <summary>When it was first accepted.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>
    /// The body's bytes as the sender signed them. Signed bytes that were gzip are inflated, whatever the headers say.
    /// </summary>
    public required BinaryData Body { get; init; }

    /// <summary>
    /// The coding that <see cref="Body"/> is in, such as <c>deflate</c>, <c>br</c> or <c>zstd</c>, as the request's
    /// Content-Encoding named it. No signature covers that header. Null for none.
    /// </summary>
    public string? ContentCoding { get; init; }

    /// <summary>Whether the signed bytes were gzip, and <see cref="Body"/> is what they held.</summary>
    public bool IsInflated { get; init; }

    /// <summary>The body's media type as the sender named it, if it did.</summary>
    public string? ContentType { get; init; }

    /// <summary>How much the sender's signature proves of the body.</summary>
    public required Assurance Assurance { get; init; }

    /// <summary>
    /// The id of the event that this one replays, by <c>ingest replay</c>; null for an event of a webhook's own.
    /// </summary>
    public string? ReplayOf { get; init; }

    /// <summary>
    /// The id of what the sender sent: <see cref="ReplayOf"/> for a replay, else <see cref="Id"/>. Use it to make
    /// repeating harmless, because a replay has an <see cref="Id"/> of its own.
    /// </summary>
    public string OriginalId => ReplayOf ?? Id;

    /// <summary>Which attempt this is, from 1; a redrive starts again at 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>How often the event has been redriven from poison.</summary>
    public required int Redrive { get; init; }

    /// <summary>
    /// Whether an earlier run of this handler for this event may have done some or all of its work. That is so if an
    /// earlier attempt failed, or ended in a crash or storage failure before its end was noted.
    /// </summary>
    public required bool MayHaveRun { get; init; }
}
