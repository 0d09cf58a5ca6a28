using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>
/// A client asks for a test webhook. It lists no method, because the host would answer the others with 404 instead of
/// 405.
/// </summary>
public sealed class DeliveryTest(WebhookIngestion ingestion)
{
    /// <summary><c>/v1/webhooks-management/test</c>.</summary>
    [Function(nameof(DeliveryTest))]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Anonymous, Route = "v1/webhooks-management/test")] HttpRequest request)
        => ingestion.DeliveryTestAsync(request.HttpContext);
}
