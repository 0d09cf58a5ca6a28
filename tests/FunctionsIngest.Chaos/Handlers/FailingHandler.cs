namespace FunctionsIngest.Chaos.Handlers;

/// <summary>
/// The last handler. Notes its runs, and fails in as many attempts as the event says, but in no redrive.
/// </summary>
internal sealed class FailingHandler(RunLog runs) : IWebhookHandler
{
    /// <summary>Its name.</summary>
    public const string Name = "fail";

    public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        runs.Note(Name, webhookEvent, RunMoment.Started);
        var fails = webhookEvent.Redrive == 0 && webhookEvent.Attempt <= Orders.Of(webhookEvent).Failures;
        runs.Note(Name, webhookEvent, fails ? RunMoment.Failed : RunMoment.Finished);
        return fails ? throw new InvalidOperationException("The event says so.") : Task.CompletedTask;
    }
}
