using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>Once an hour.</summary>
public sealed class Sweep(WebhookIngestion ingestion)
{
    /// <summary>Removes expired rows and payloads that no row owns, and drains the poison queue.</summary>
    [Function(nameof(Sweep))]
    public Task RunAsync([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
        => ingestion.SweepAsync(cancellationToken);
}
