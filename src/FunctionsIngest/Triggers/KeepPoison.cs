using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>A message that the host gave up on and moved to the poison queue.</summary>
public sealed class KeepPoison(WebhookIngestion ingestion)
{
    /// <summary>From the poison queue, where messages expire, to Blob storage, where they do not.</summary>
    [Function(nameof(KeepPoison))]
    public Task RunAsync([QueueTrigger("%WebhookQueue%-poison", Connection = "WebhookStorage")] QueueMessage message, CancellationToken cancellationToken)
        => ingestion.KeepPoisonAsync(message.Body, cancellationToken);
}
