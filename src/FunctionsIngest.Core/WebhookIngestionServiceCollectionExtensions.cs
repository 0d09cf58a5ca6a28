using FunctionsIngest.DeliveryTests;
using FunctionsIngest.Ingestion;
using FunctionsIngest.Processing;
using FunctionsIngest.Queueing;
using FunctionsIngest.Replay;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FunctionsIngest;

/// <summary>Adds webhook ingestion to a host.</summary>
public static class WebhookIngestionServiceCollectionExtensions
{
    /// <summary>
    /// Adds everything between a webhook's request and its handlers. The host calls <see cref="WebhookIngestion"/>; handlers are added
    /// as <see cref="IWebhookHandler"/>, of any lifetime. All errors of the configuration are reported together when the host starts.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration: the keys of docs/configuration.md, at its root.</param>
    public static IServiceCollection AddWebhookIngestion(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        return services
            .AddSources(configuration)
            .AddSecrets(configuration)
            .AddStorage(configuration)
            .AddHandOver()
            .AddProcessing(configuration)
            .AddDeliveryTests()
            .AddIngestion();
    }

    private static IServiceCollection AddSources(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<WebhookOptions>>(new WebhookOptionsValidator(configuration));
        services.AddOptions<WebhookOptions>()
            .Configure(options => SettingsBinder.Bind(configuration.GetSection(WebhookOptions.Section), options, options.BindingErrors))
            .ValidateOnStart();
        services.AddSingleton(provider => new SourceCatalogue(SourceFactory.Create(provider.GetRequiredService<IOptions<WebhookOptions>>().Value, [])));
        return services;
    }

    private static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        services.AddOptions<StorageOptions>().Configure(options => StorageOptions.Bind(options, configuration)).ValidateOnStart();
        services.AddSingleton<StorageClients>();
        return services;
    }

    private static IServiceCollection AddHandOver(this IServiceCollection services)
    {
        services.AddSingleton<ReplayTable>();
        services.AddSingleton<SweepBookmark>();
        services.AddSingleton<PayloadStore>();
        services.AddSingleton<EventQueue>();
        return services;
    }

    private static IServiceCollection AddProcessing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<RowTaker>();
        services.AddSingleton<PoisonStore>();
        services.AddSingleton<PoisonKeeper>();
        services.AddSingleton<EventProcessor>();
        services.AddSingleton<Redriver>();
        services.AddSingleton<Sweeper>();
        services.AddHostedService<HandlerNames>();
        // The first handler: whatever the others do, the event is kept. A value that is no bool is reported with all other mistakes.
        if (!bool.TryParse(configuration[$"{WebhookOptions.Section}:{nameof(WebhookOptions.Archive)}"], out var isOn) || isOn)
            services.Insert(0, ServiceDescriptor.Singleton<IWebhookHandler, ArchiveHandler>());
        return services;
    }

    private static IServiceCollection AddDeliveryTests(this IServiceCollection services)
    {
        services.AddSingleton<DeliveryTestClients>();
        services.AddSingleton<ReceiverCaller>();
        services.AddSingleton<DeliveryTester>();
        return services;
    }

    private static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddSingleton<IngestMetrics>();
        services.AddSingleton<BodyBudget>();
        services.AddSingleton<WebhookReceiver>();
        services.AddSingleton<HealthProbe>();
        services.AddSingleton(provider => new WebhookIngestion(
            provider.GetRequiredService<WebhookReceiver>(),
            provider.GetRequiredService<EventProcessor>(),
            provider.GetRequiredService<PoisonKeeper>(),
            provider.GetRequiredService<Sweeper>(),
            provider.GetRequiredService<HealthProbe>(),
            provider.GetRequiredService<DeliveryTester>()));
        return services;
    }
}
