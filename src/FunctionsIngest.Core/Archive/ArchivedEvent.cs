using Azure.Messaging;
using FunctionsIngest.Queueing;
using FunctionsIngest.Senders;

namespace FunctionsIngest.Archive;

/// <summary>An event of the archive.</summary>
/// <param name="Name">Its name in the archive.</param>
/// <param name="ProcessedAt">
/// When it was first archived, by the storage's clock; null if it was looked up by name.
/// </param>
/// <param name="Event">The event.</param>
internal sealed record ArchivedEvent(ArchivedName Name, DateTimeOffset? ProcessedAt, CloudEvent Event)
{
    /// <summary>The id of the event that this one replays.</summary>
    public string? ReplayOf => Text("replayof");

    /// <summary>The blob of a body beside the event.</summary>
    public string? Payload => Text("payload");

    /// <summary>The body's length, inside the event or beside it; null if it is gone.</summary>
    public long? Bytes { get; init; }

    /// <summary>How much the sender's signature proves; one that is not known is the weaker.</summary>
    public Assurance Assurance => Provenance.ReadFrom(Event).Assurance;

    /// <summary>The coding that the body is in.</summary>
    public string? ContentCoding => Text("contentcoding");

    /// <summary>What a machine is told of it.</summary>
    public object Describe() => new
    {
        id = Event.Id,
        source = Name.Source,
        type = Event.Type,
        receivedAt = Event.Time,
        processedAt = ProcessedAt,
        assurance = Provenance.TextOf(Assurance),
        replayOf = ReplayOf,
        contentType = Event.DataContentType,
        contentCoding = ContentCoding,
        bytes = Bytes,
        name = Name.ToString(),
    };

    private string? Text(string attribute) => Event.ExtensionAttributes.TryGetValue(attribute, out var value) ? value as string : null;
}
