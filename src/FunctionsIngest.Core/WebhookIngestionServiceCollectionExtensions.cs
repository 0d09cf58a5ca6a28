using FunctionsIngest.Archive;
using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Bodies;
using FunctionsIngest.Configuration;
using FunctionsIngest.Health;
using FunctionsIngest.Ledger;
using FunctionsIngest.Outbound;
using FunctionsIngest.Poison;
using FunctionsIngest.Processing;
using FunctionsIngest.Queueing;
using FunctionsIngest.Receiving;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using FunctionsIngest.Sweeping;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FunctionsIngest;

/// <summary>Adds webhook ingestion to a host.</summary>
public static class WebhookIngestionServiceCollectionExtensions
{
    /// <summary>
    /// Adds everything between a webhook's request and its handlers. The host calls <see cref="WebhookIngestion"/>;
    /// handlers are added by <see cref="WebhookHandlerServiceCollectionExtensions"/>. All errors of the configuration
    /// are
    /// reported together when the host starts.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration: the keys of docs/configuration.md, at its root.</param>
    public static IServiceCollection AddWebhookIngestion(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new SettingsRoot(configuration));
        return services
            .AddTelemetry()
            .AddStorage(configuration)
            .AddBodies(configuration)
            .AddOutbound()
            .AddLedger()
            .AddSources(configuration)
            .AddSecrets(configuration)
            .AddQueueing()
            .AddReceiving(configuration)
            .AddArchive(configuration)
            .AddPoison()
            .AddProcessing(configuration)
            .AddSweeping()
            .AddHealth()
            .AddBeginiDeliveryTest(configuration)
            .AddSingleton(provider => new WebhookIngestion(
                provider.GetRequiredService<WebhookReceiver>(),
                provider.GetRequiredService<EventProcessor>(),
                provider.GetRequiredService<PoisonKeeper>(),
                provider.GetRequiredService<Sweeper>(),
                provider.GetRequiredService<HealthProbe>(),
                provider.GetRequiredService<DeliveryTester>()));
    }
}
