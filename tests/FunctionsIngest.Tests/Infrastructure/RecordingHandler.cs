using System.Collections.Concurrent;

namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>A handler that notes what it was given, and does what the test says.</summary>
internal sealed class RecordingHandler(string name, Func<WebhookEvent, Task>? act = null) : INamedHandler
{
    private readonly ConcurrentQueue<WebhookEvent> _events = new();

    public string Name => name;

    /// <summary>Every run, in order.</summary>
    public IReadOnlyList<WebhookEvent> Runs => [.. _events];

    public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
    {
        _events.Enqueue(webhookEvent);
        return act?.Invoke(webhookEvent) ?? Task.CompletedTask;
    }
}
