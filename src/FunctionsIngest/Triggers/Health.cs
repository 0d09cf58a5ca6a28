using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace FunctionsIngest.Triggers;

/// <summary>Whether the app is alive, and whether it can do its work.</summary>
public sealed class Health(WebhookIngestion ingestion)
{
    /// <summary><c>/health</c>.</summary>
    [Function(nameof(Health))]
    public IResult Alive([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health")] HttpRequest request)
        => ingestion.Health();

    /// <summary><c>/health/ready</c>.</summary>
    [Function("Ready")]
    public Task<IResult> ReadyAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequest request)
        => ingestion.ReadyAsync(request.HttpContext.RequestAborted);
}
