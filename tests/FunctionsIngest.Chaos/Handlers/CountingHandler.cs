namespace FunctionsIngest.Chaos.Handlers;

/// <summary>Notes its runs, and takes as long as the event says.</summary>
internal sealed class CountingHandler(RunLog runs) : IWebhookHandler
{
    /// <summary>Its name.</summary>
    public const string Name = "count";

    public async Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        runs.Note(Name, webhookEvent, RunMoment.Started);
        if (Orders.Of(webhookEvent).Milliseconds is > 0 and var milliseconds)
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, cancellationToken);
        runs.Note(Name, webhookEvent, RunMoment.Finished);
    }
}
