using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>
/// Any request to <c>/webhooks/{source}</c>. It lists no method, because the host would answer the others with 404
/// instead of 405.
/// </summary>
public sealed class ReceiveWebhook(WebhookIngestion ingestion)
{
    /// <summary>From request to acknowledgement.</summary>
    [Function(nameof(ReceiveWebhook))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "webhooks/{source}")] HttpRequest request, string source)
        => ingestion.ReceiveAsync(request.HttpContext, source);
}
