using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>A message of the queue.</summary>
public sealed class ProcessEvent(WebhookIngestion ingestion)
{
    /// <summary>From message to handlers.</summary>
    [Function(nameof(ProcessEvent))]
    public Task RunAsync([QueueTrigger("%WebhookQueue%", Connection = "WebhookStorage")] QueueMessage message, CancellationToken cancellationToken)
        => ingestion.ProcessAsync(message.Body, cancellationToken);
}
