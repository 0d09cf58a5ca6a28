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

    /// <summary>How much the sender's signature proves; one that is not known is the weaker.</summary>
    public Assurance Assurance => Envelope.ReadAssurance(Text("assurance"));

    /// <summary>What a machine is told of it.</summary>
    public object Describe() => new
    {
        id = Event.Id,
        source = Name.Source,
        type = Event.Type,
        receivedAt = Event.Time,
        processedAt = ProcessedAt,
        assurance = Envelope.WriteAssurance(Assurance),
        replayOf = ReplayOf,
        contentType = Event.DataContentType,
        bytes = Event.Data?.ToMemory().Length,
        name = Name.ToString(),
    };

    private string? Text(string attribute) => Event.ExtensionAttributes.TryGetValue(attribute, out var value) ? value as string : null;
}
