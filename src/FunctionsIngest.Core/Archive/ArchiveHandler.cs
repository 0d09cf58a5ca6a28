using FunctionsIngest.Bodies;
using FunctionsIngest.Queueing;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Archive;

/// <summary>
/// Writes each event to the container <c>webhook-archive</c> as <c>{source}/{yyyy}/{MM}/{dd}/{id}.json</c>. The date is
/// that of the insert of the row, so repeating it changes nothing.
/// </summary>
internal sealed class ArchiveHandler(StorageClients clients, IOptions<ArchiveOptions> options) : IWebhookHandler
{
    /// <summary>The name under which it is registered.</summary>
    public const string Name = "archive";

    public bool Wants(string source, string eventType) => options.Value.Archive;

    public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        var name = ArchivedName.Of(webhookEvent.Source, webhookEvent.Id, webhookEvent.ReceivedAt).ToString();
        var isInline = EventDocument.IsInline(webhookEvent.Body);
        var document = Envelope.ToPlainCloudEvent(webhookEvent, isInline ? webhookEvent.Body : null);
        if (!isInline)
            document.ExtensionAttributes["payload"] = EventDocument.BodyNameOf(name);
        return EventDocument.WriteAsync(clients.Archive, name, document, isInline ? null : webhookEvent.Body, cancellationToken);
    }
}
