using System.Globalization;
using Azure.Messaging;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Processing;

/// <summary>
/// The handler that ships: writes each event to the container <c>webhook-archive</c> as <c>{source}/{yyyy}/{MM}/{dd}/{id}.json</c>, dated by
/// when the row was inserted, so that repeating it changes nothing.
/// </summary>
internal sealed class ArchiveHandler(StorageClients clients) : IWebhookHandler
{
    public string Name => "archive";

    /// <summary>The document of an event, without <c>.json</c>.</summary>
    public static string NameOf(string source, string eventId, DateTimeOffset receivedAt)
        => string.Create(CultureInfo.InvariantCulture, $"{source}/{receivedAt.UtcDateTime:yyyy'/'MM'/'dd}/{eventId}");

    public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        var name = NameOf(webhookEvent.Source, webhookEvent.Id, webhookEvent.ReceivedAt);
        return EventDocument.WriteAsync(clients.Archive, name, ToCloudEvent(webhookEvent, name), EventDocument.IsInline(webhookEvent.Body) ? null : webhookEvent.Body, cancellationToken);
    }

    private static CloudEvent ToCloudEvent(WebhookEvent webhookEvent, string name)
    {
        var inline = EventDocument.IsInline(webhookEvent.Body);
        var cloudEvent = Queueing.Envelope.ToPlainCloudEvent(webhookEvent, inline ? webhookEvent.Body : null);
        if (!inline)
            cloudEvent.ExtensionAttributes["payload"] = EventDocument.BodyNameOf(name);
        return cloudEvent;
    }
}
