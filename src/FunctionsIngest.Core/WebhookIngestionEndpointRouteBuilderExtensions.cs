using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FunctionsIngest;

/// <summary>
/// Maps webhook ingestion in a host that has endpoint routing. The Functions app has triggers instead.
/// </summary>
public static class WebhookIngestionEndpointRouteBuilderExtensions
{
    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>/webhooks/{source}</c> and <c>/v1/webhooks-management/test</c> for all methods, because these answer 405
    /// themselves, and <c>/health</c> and <c>/health/ready</c> for GET and HEAD.
    /// </summary>
    /// <param name="endpoints">The host's endpoints.</param>
    public static IEndpointRouteBuilder MapWebhookIngestion(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.Map("/webhooks/{source}", (HttpContext context, string source, WebhookIngestion ingestion) => ingestion.ReceiveAsync(context, source));
        endpoints.Map("/v1/webhooks-management/test", (HttpContext context, WebhookIngestion ingestion) => ingestion.DeliveryTestAsync(context));
        endpoints.MapMethods("/health", Read, (WebhookIngestion ingestion) => ingestion.Health());
        endpoints.MapMethods("/health/ready", Read, (WebhookIngestion ingestion, CancellationToken cancellationToken) => ingestion.ReadyAsync(cancellationToken));
        return endpoints;
    }
}
