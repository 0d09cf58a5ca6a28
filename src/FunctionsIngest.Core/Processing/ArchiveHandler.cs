using System.Globalization;
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
        var isInline = EventDocument.IsInline(webhookEvent.Body);
        var document = Queueing.Envelope.ToPlainCloudEvent(webhookEvent, isInline ? webhookEvent.Body : null);
        if (!isInline)
            document.ExtensionAttributes["payload"] = EventDocument.BodyNameOf(name);
        return EventDocument.WriteAsync(clients.Archive, name, document, isInline ? null : webhookEvent.Body, cancellationToken);
    }
}
