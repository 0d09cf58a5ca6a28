using Azure.Storage.Queues;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Local.Pump;

/// <summary>Adds what replaces the queue triggers and the timer of the Functions app.</summary>
internal static class PumpServiceCollectionExtensions
{
    /// <summary>Adds the two queue triggers and the timer.</summary>
    public static IServiceCollection AddPump(this IServiceCollection services, HostQueueSettings settings, TimeSpan invisibility)
    {
        // One after the other, the main queue would go on being read until the poison queue's pump has ended.
        services.Configure<HostOptions>(host => host.ServicesStopConcurrently = true);

        // Two services of one class: AddHostedService would take only the first.
        services.AddSingleton<IHostedService>(provider => Pump(provider, clients => clients.Events, clients => clients.PoisonQueue, ingestion => ingestion.ProcessAsync));
        services.AddSingleton<IHostedService>(provider => Pump(provider, clients => clients.PoisonQueue, _ => null, ingestion => ingestion.KeepPoisonAsync));
        return services.AddHostedService(provider => new SweepTimer(
            provider.GetRequiredService<WebhookIngestion>().SweepAsync,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SweepTimer>>()));

        QueuePump Pump(
            IServiceProvider provider,
            Func<StorageClients, QueueClient> queue,
            Func<StorageClients, QueueClient?> poison,
            Func<WebhookIngestion, Func<BinaryData, CancellationToken, Task>> process)
        {
            var clients = provider.GetRequiredService<StorageClients>();
            return new QueuePump(
                queue(clients),
                poison(clients),
                settings,
                invisibility,
                process(provider.GetRequiredService<WebhookIngestion>()),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<QueuePump>>());
        }
    }
}
