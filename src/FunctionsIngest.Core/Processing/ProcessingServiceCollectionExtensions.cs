using FunctionsIngest.Configuration;
using FunctionsIngest.Handling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Processing;

/// <summary>Adds what happens with the messages of the queues.</summary>
internal static class ProcessingServiceCollectionExtensions
{
    /// <summary>Adds <see cref="EventProcessor"/> and <see cref="PoisonKeeper"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddProcessing(this IServiceCollection services, IConfiguration configuration)
        => services
            .AddSettings<ProcessingOptions, ProcessingOptionsValidator>(WebhookSettings.Of(configuration))
            .AddSingleton<EventCleanup>()
            .AddSingleton<EventEnds>()
            .AddSingleton<RowTaker>()
            .AddSingleton<PoisonKeeper>()
            .AddSingleton<HandlerRunner>()
            .AddSingleton<EventProcessor>()
            .AddHostedService<HandlerNames>();
}
