using FunctionsIngest.Configuration;
using FunctionsIngest.Handling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Archive;

/// <summary>Adds the archive.</summary>
internal static class ArchiveServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ArchiveHandler"/> as the first handler, so that the event is kept whatever the others do.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddArchive(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<ArchiveOptions, BoundOptionsValidator<ArchiveOptions>>(WebhookSettings.Of(configuration));
        services.AddSingleton<ArchiveHandler>();
        services.Insert(0, ServiceDescriptor.Singleton(new HandlerRegistration(ArchiveHandler.Name, static provider => provider.GetRequiredService<ArchiveHandler>())));
        return services;
    }
}
