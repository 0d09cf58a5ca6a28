using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest;

/// <summary>Adds webhook ingestion to a host.</summary>
public static class WebhookIngestionServiceCollectionExtensions
{
    /// <summary>
    /// Adds everything between a webhook's request and its handlers. The host calls <see cref="WebhookIngestion"/>.
    /// All errors of the configuration are reported together when the host starts.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration: the keys of docs/configuration.md, at its root.</param>
    public static IServiceCollection AddWebhookIngestion(this IServiceCollection services, IConfiguration configuration)
        => throw new NotSupportedException();
}
