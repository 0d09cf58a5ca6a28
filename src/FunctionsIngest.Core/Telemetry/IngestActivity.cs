using System.Diagnostics;

namespace FunctionsIngest.Telemetry;

/// <summary>
/// The activity source <c>FunctionsIngest</c>. One trace per webhook: a new root at the request, because we do not
/// trust the sender's <c>traceparent</c>. It goes on at the processor and ends at the handlers.
/// </summary>
internal static class IngestActivity
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "FunctionsIngest";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts a webhook's trace, linked to whatever trace the host began for the request.</summary>
    /// <returns>The span; null without a listener. The caller disposes it.</returns>
    public static Activity? StartWebhook(string source)
    {
        var request = Activity.Current;
        Activity.Current = null;
        var links = request is null ? null : new[] { new ActivityLink(request.Context) };
        var activity = Source.StartActivity("webhook receive", ActivityKind.Server, default(ActivityContext), links: links);
        if (activity is null)
            Activity.Current = request;
        return activity?.SetTag("webhook.source", source);
    }

    /// <summary>Starts one step of a webhook's way.</summary>
    public static Activity? Start(string step, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(step, kind);

    /// <summary>Starts one run of a handler.</summary>
    public static Activity? StartHandler(string handler) => Source.StartActivity("webhook handle")?.SetTag("webhook.handler", handler);

    /// <summary>
    /// Starts what is done with a message: a child of the request that sent it, linked to the host's span.
    /// </summary>
    /// <param name="step">What is done.</param>
    /// <param name="traceParent">The trace that the request began, as W3C <c>traceparent</c>.</param>
    public static Activity? StartConsuming(string step, string? traceParent)
    {
        var host = Activity.Current;
        var links = host is null ? null : new[] { new ActivityLink(host.Context) };
        ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        return Source.StartActivity(step, ActivityKind.Consumer, parent, links: links);
    }
}
