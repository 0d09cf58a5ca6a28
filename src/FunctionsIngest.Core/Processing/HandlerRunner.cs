using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using FunctionsIngest.Handling;
using FunctionsIngest.Queueing;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Processing;

/// <summary>Makes handlers and runs them. What they throw is why an attempt failed, and comes no further.</summary>
internal sealed partial class HandlerRunner(IEnumerable<HandlerRegistration> registrations, IngestMetrics metrics, TimeProvider time, ILogger<HandlerRunner> logger)
{
    private const int MaxReasonLength = 1000;

    /// <summary>
    /// Finds the handlers that want an event and have not finished yet. A handler that cannot be made, or that throws
    /// when it is asked what it wants, has failed like any other.
    /// </summary>
    /// <param name="services">The event's scope.</param>
    /// <param name="message">The event's message.</param>
    /// <param name="finished">Names of the handlers that have finished.</param>
    /// <param name="handlers">The handlers.</param>
    /// <param name="failure">Why there are none.</param>
    public bool TryGetHandlers(
        IServiceProvider services,
        Envelope message,
        IReadOnlyList<string> finished,
        out IReadOnlyList<(string Name, IWebhookHandler Handler)> handlers,
        [NotNullWhen(false)] out string? failure)
    {
        try
        {
            handlers = [.. registrations
                .Select(registration => (registration.Name, Handler: registration.Make(services)))
                .Where(handler => handler.Handler.Wants(message.Source, message.Type) && !finished.Contains(handler.Name))];
            failure = null;
            return true;
        }
        catch (Exception exception)
        {
            Log.HandlersFailed(logger, exception);
            handlers = [];
            failure = Describe("The handlers could not be made", exception);
            return false;
        }
    }

    /// <summary>Runs a handler.</summary>
    /// <param name="name">The handler's name.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="webhookEvent">What it gets.</param>
    /// <param name="stopping">Set when the host stops.</param>
    /// <returns>Null, or why the handler failed: at most 1,000 characters.</returns>
    /// <exception cref="OperationCanceledException">The host stops, and the handler has heeded that.</exception>
    public async Task<string?> RunAsync(string name, IWebhookHandler handler, WebhookEvent webhookEvent, CancellationToken stopping)
    {
        using var activity = IngestActivity.StartHandler(name);
        var started = time.GetTimestamp();
        try
        {
            await handler.HandleAsync(webhookEvent, stopping);
            metrics.Handled(webhookEvent.Source, name, "finished", time.GetElapsedTime(started));
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            metrics.Handled(webhookEvent.Source, name, "failed", time.GetElapsedTime(started));
            Log.HandlerFailed(logger, exception, name, webhookEvent.Attempt);
            return Describe(name, exception);
        }
    }

    private static string Describe(string what, Exception exception)
    {
        var reason = $"{what}: {exception.GetType().Name}: {exception.Message}";
        return reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Handler {Handler} failed in attempt {Attempt}.")]
        public static partial void HandlerFailed(ILogger logger, Exception exception, string handler, int attempt);

        [LoggerMessage(2, LogLevel.Error, "The handlers could not be made.")]
        public static partial void HandlersFailed(ILogger logger, Exception exception);
    }
}
