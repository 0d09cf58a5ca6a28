using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Azure.Messaging;
using FunctionsIngest.Ledger;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;

namespace FunctionsIngest.Queueing;

/// <summary>
/// What travels on the queue: a CloudEvents 1.0 JSON event with binary data, so that the body keeps every byte. Its
/// extension attributes are what the processor decides on.
/// </summary>
internal sealed record Envelope
{
    /// <summary>The version of the extension attributes; a message of another version is not read.</summary>
    public const int Version = 1;

    // No attempt, redrive or storage failure has a number beyond; the next one still is a number.
    private const int MaxCount = 1_000_000_000;

    private const string SourcePrefix = "/webhooks/";
    private const string DeliveryFormat = "N";

    /// <summary>The event's id.</summary>
    public required string EventId { get; init; }

    /// <summary>The source's name. The CloudEvents source is its path, <c>/webhooks/{source}</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The event's type.</summary>
    public required string Type { get; init; }

    /// <summary>When the request that sent this message was received.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The body's media type, as the sender named it.</summary>
    public string? ContentType { get; init; }

    /// <summary>What is known of the body and the type.</summary>
    public Provenance Provenance { get; init; }

    /// <summary>The row's partition.</summary>
    public required string PartitionKey { get; init; }

    /// <summary>The row's key in its partition.</summary>
    public required string RowKey { get; init; }

    /// <summary>One sending by the HTTP side or by a redrive; copies that the processor sends keep it.</summary>
    public required string Delivery { get; init; }

    /// <summary>The number of the attempt that the message starts, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>How often the event has been redriven.</summary>
    public int Redrive { get; init; }

    /// <summary>When the delivery was sent: by the request, or by the redrive.</summary>
    public required DateTimeOffset SentAt { get; init; }

    /// <summary>How many storage failures in a row have met the message in this attempt.</summary>
    public int StorageFailures { get; init; }

    /// <summary>The id of the event that this one replays; null for an event of a webhook's own.</summary>
    public string? ReplayOf { get; init; }

    /// <summary>The trace that the request began, as W3C <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The body; null where <see cref="Payload"/> names its blob.</summary>
    public BinaryData? Body { get; init; }

    /// <summary>The blob that holds the body, in the payload container: the claim check.</summary>
    public string? Payload { get; init; }

    /// <summary>The envelope of a webhook that has just been recorded.</summary>
    public static Envelope For(EventKey key, string type, DateTimeOffset time) => new()
    {
        EventId = key.EventId,
        Source = key.Source,
        Type = type,
        Time = time,
        PartitionKey = key.PartitionKey,
        RowKey = key.RowKey,
        Delivery = NewDelivery(),
        SentAt = time,
    };

    /// <summary>What every log line about the message's event carries.</summary>
    public WebhookScope ToLogScope() => new(Source, EventId);

    /// <summary>Starts the span of what is done with the message.</summary>
    public Activity? StartActivity(string step)
        => IngestActivity.StartConsuming(step, TraceParent)
            ?.SetTag("webhook.source", Source)
            .SetTag("messaging.message.id", Delivery)
            .SetTag("webhook.id", EventId)
            .SetTag("webhook.attempt", Attempt);

    /// <summary>A new delivery id.</summary>
    public static string NewDelivery() => Guid.NewGuid().ToString(DeliveryFormat);

    /// <summary>Writes the CloudEvents JSON.</summary>
    public BinaryData Encode() => new(JsonSerializer.SerializeToUtf8Bytes(ToCloudEvent()));

    /// <summary>The event with everything that the processor decides on.</summary>
    public CloudEvent ToCloudEvent()
    {
        var cloudEvent = ToPlainCloudEvent(Source, Type, EventId, Time, ContentType, Provenance, ReplayOf, Body);
        var attributes = cloudEvent.ExtensionAttributes;
        attributes["envelopeversion"] = Version;
        attributes["partitionkey"] = PartitionKey;
        attributes["rowkey"] = RowKey;
        attributes["delivery"] = Delivery;
        attributes["attempt"] = Attempt;
        attributes["redrive"] = Redrive;
        attributes["sentat"] = SentAt.ToString("O", CultureInfo.InvariantCulture);
        if (StorageFailures > 0)
            attributes["storagefailures"] = StorageFailures;
        if (TraceParent is not null)
            attributes["traceparent"] = TraceParent;
        if (Payload is not null)
            attributes["payload"] = Payload;
        return cloudEvent;
    }

    /// <summary>An event as it is archived: the same for every delivery and attempt of it.</summary>
    public static CloudEvent ToPlainCloudEvent(WebhookEvent webhookEvent, BinaryData? body)
        => ToPlainCloudEvent(
            webhookEvent.Source, webhookEvent.Type, webhookEvent.Id, webhookEvent.ReceivedAt, webhookEvent.ContentType, Provenance.Of(webhookEvent), webhookEvent.ReplayOf, body);

    /// <summary>Reads a message.</summary>
    /// <param name="message">The message's body: anything that somebody put on the queue.</param>
    /// <param name="envelope">The envelope, or null.</param>
    /// <param name="problem">What is wrong with the message, or null.</param>
    public static bool TryDecode(BinaryData message, [NotNullWhen(true)] out Envelope? envelope, [NotNullWhen(false)] out string? problem)
    {
        envelope = null;
        try
        {
            var cloudEvent = CloudEvent.Parse(message);
            envelope = cloudEvent is null ? null : FromCloudEvent(cloudEvent);
            if (envelope?.Payload is { } payload && payload != PayloadStore.NameOf(envelope))
                envelope = null;
            problem = envelope is null ? "The message is not an event of this app, or is of a version that the app does not know." : null;
        }
        // The client's parser reports what it does not like by several exceptions, and none of them is ours to let
        // through.
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or InvalidOperationException or NotSupportedException or OverflowException)
        {
            problem = $"The message is not a CloudEvents JSON event: {exception.GetType().Name}.";
        }

        return envelope is not null;
    }

    private static CloudEvent ToPlainCloudEvent(
        string source, string type, string id, DateTimeOffset time, string? contentType, Provenance provenance, string? replayOf, BinaryData? body)
    {
        var path = SourcePrefix + source;
        var cloudEvent = body is null
            ? new CloudEvent(path, type, jsonSerializableData: null)
            : new CloudEvent(path, type, body, contentType, CloudEventDataFormat.Binary);
        cloudEvent.Id = id;
        cloudEvent.Time = time;
        cloudEvent.DataContentType = contentType;
        provenance.WriteTo(cloudEvent);
        if (replayOf is not null)
            cloudEvent.ExtensionAttributes["replayof"] = replayOf;
        return cloudEvent;
    }

    /// <summary>
    /// Reads an event with its extension attributes. Names, ids, keys and the time have the forms that this app gives
    /// them, or the event is not one of its own. Storage would refuse others each time, and their message would be
    /// tried for ever.
    /// </summary>
    /// <returns>The envelope; null if the event is not of this app, or of another version.</returns>
    public static Envelope? FromCloudEvent(CloudEvent cloudEvent)
    {
        if (!TryGetNumber(cloudEvent, "envelopeversion", out var version) || version != Version
            || !TryGetNumber(cloudEvent, "attempt", out var attempt) || attempt is < 1 or > MaxCount
            || !TryGetNumber(cloudEvent, "redrive", out var redrive) || redrive is < 0 or > MaxCount
            || !DateTimeOffset.TryParseExact(GetText(cloudEvent, "sentat"), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var sentAt)
            || GetText(cloudEvent, "partitionkey") is not { } partitionKey
            || GetText(cloudEvent, "rowkey") is not { } rowKey
            || GetText(cloudEvent, "delivery") is not { Length: 32 } delivery || !Guid.TryParseExact(delivery, DeliveryFormat, out _)
            || !(cloudEvent.Time >= DateTimeOffset.UnixEpoch)
            || !cloudEvent.Source.StartsWith(SourcePrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var source = cloudEvent.Source[SourcePrefix.Length..];
        if (!SourceFactory.IsSourceName(source) || !EventKey.IsEventId(cloudEvent.Id))
            return null;
        var key = new EventKey(source, cloudEvent.Id);
        if ((key.PartitionKey, key.RowKey) != (partitionKey, rowKey))
            return null;

        // Only a delay depends on it.
        TryGetNumber(cloudEvent, "storagefailures", out var storageFailures);
        var payload = GetText(cloudEvent, "payload");
        return new Envelope
        {
            EventId = key.EventId,
            Source = source,
            Type = cloudEvent.Type,
            Time = cloudEvent.Time.Value,
            ContentType = cloudEvent.DataContentType,
            Provenance = Provenance.ReadFrom(cloudEvent),
            PartitionKey = partitionKey,
            RowKey = rowKey,
            Delivery = delivery,
            Attempt = attempt,
            Redrive = redrive,
            SentAt = sentAt,
            StorageFailures = Math.Clamp(storageFailures, 0, MaxCount),
            ReplayOf = GetText(cloudEvent, "replayof"),
            TraceParent = GetText(cloudEvent, "traceparent"),
            Body = payload is null ? cloudEvent.Data ?? BinaryData.Empty : null,
            Payload = payload,
        };
    }

    private static string? GetText(CloudEvent cloudEvent, string name)
        => cloudEvent.ExtensionAttributes.TryGetValue(name, out var value) && value is string { Length: > 0 } text ? text : null;

    private static bool TryGetNumber(CloudEvent cloudEvent, string name, out int number)
    {
        number = 0;
        return cloudEvent.ExtensionAttributes.TryGetValue(name, out var value)
            && int.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), NumberStyles.Integer, CultureInfo.InvariantCulture, out number);
    }
}
