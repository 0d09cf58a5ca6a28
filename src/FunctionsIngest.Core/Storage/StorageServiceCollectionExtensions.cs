using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Storage;

/// <summary>Adds the storage account.</summary>
internal static class StorageServiceCollectionExtensions
{
    /// <summary>Adds <see cref="StorageClients"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<StorageCallOptions, StorageCallOptionsValidator>(WebhookSettings.Of(configuration));
        services.AddOptionsWithValidateOnStart<StorageOptions, StorageOptionsValidator>()
            .Configure(options => StorageOptions.Bind(options, configuration));
        return services.AddSingleton<StorageClients>();
    }
}
