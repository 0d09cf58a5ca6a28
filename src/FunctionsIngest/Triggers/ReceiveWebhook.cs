using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>Any request to <c>/webhooks/{source}</c>. No method is listed: the host would answer the others with 404 where 405 is owed.</summary>
public sealed class ReceiveWebhook(WebhookIngestion ingestion)
{
    /// <summary>From request to acknowledgement.</summary>
    [Function(nameof(ReceiveWebhook))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "webhooks/{source}")] HttpRequest request, string source)
        => ingestion.ReceiveAsync(request.HttpContext, source);
}
