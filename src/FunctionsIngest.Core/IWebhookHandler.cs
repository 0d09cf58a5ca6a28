namespace FunctionsIngest;

/// <summary>
/// What happens with a genuine webhook. Registered under a name by
/// <see cref="WebhookHandlerServiceCollectionExtensions"/>. Each event has a scope of its own. All handlers that want
/// an event run in the order of their registration, after the archive.
/// </summary>
/// <remarks>
/// A handler that has returned is not run again for the same event, except after a crash or a storage failure before
/// its end was noted. <see cref="WebhookEvent.MayHaveRun"/> says so. <see cref="WebhookEvent.Id"/> stays the same, so
/// that you can make repeating harmless. A handler that throws is run again later, with growing delays; after the last
/// attempt the event goes to poison.
/// </remarks>
public interface IWebhookHandler
{
    /// <summary>
    /// Whether this handler wants events of a source and type. Asked before every attempt; must not depend on anything
    /// that changes.
    /// </summary>
    bool Wants(string source, string eventType) => true;

    /// <summary>Handles one event. Returning is success; throwing is a failure, tried again later.</summary>
    Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken);
}
