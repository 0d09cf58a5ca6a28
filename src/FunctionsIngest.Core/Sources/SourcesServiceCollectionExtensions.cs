using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Sources;

/// <summary>Adds the sources.</summary>
internal static class SourcesServiceCollectionExtensions
{
    /// <summary>Adds <see cref="SourceCatalogue"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddSources(this IServiceCollection services, IConfiguration configuration)
        => services
            .AddSettings<SourcesOptions, SourcesOptionsValidator>(WebhookSettings.Of(configuration))
            .AddSingleton(provider => SourceFactory.Read(provider.GetRequiredService<BoundSettings<SourcesOptions>>().Value))
            .AddSingleton(provider =>
            {
                // Throws if there is a mistake: a catalogue must not lack a source.
                _ = provider.GetRequiredService<IOptions<SourcesOptions>>().Value;
                return new SourceCatalogue(provider.GetRequiredService<SourceReading>().Sources);
            });
}
