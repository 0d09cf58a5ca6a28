using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Queueing;

/// <summary>Adds the queue.</summary>
internal static class QueueingServiceCollectionExtensions
{
    /// <summary>Adds <see cref="EventQueue"/> and <see cref="PayloadStore"/>.</summary>
    public static IServiceCollection AddQueueing(this IServiceCollection services)
        => services.AddSingleton<PayloadStore>().AddSingleton<EventQueue>();
}
