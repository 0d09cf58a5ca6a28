using Azure.Security.KeyVault.Secrets;
using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Secrets;

/// <summary>Adds the keys.</summary>
internal static class SecretsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="KeyRing"/>. Needs the sources; a <see cref="SecretClient"/> that is there already is used.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    internal static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<KeyVaultOptions, KeyVaultOptionsValidator>(configuration.GetSection(KeyVaultOptions.Section));
        services.AddSingleton<IValidateOptions<SourcesOptions>, SourceSecretsValidator>();
        services.AddSingleton(new ConfigurationSecretReader(configuration));
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<VaultMetrics>();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<KeyVaultOptions>>().Value;
            return new SecretClient(new Uri(options.Uri!), Credentials.For(options.ClientId), ClientOptions());
        });
        services.TryAddSingleton<ISecretReader>(provider => provider.GetRequiredService<IOptions<KeyVaultOptions>>().Value.UsesVault
            ? ActivatorUtilities.CreateInstance<KeyVaultSecretReader>(provider)
            : provider.GetRequiredService<ConfigurationSecretReader>());
        services.TryAddSingleton<SecretFingerprints>();
        services.TryAddSingleton<KeyRing>();
        services.AddHostedService<KeyRingStart>();
        return services;
    }

    /// <summary>How the vault is called.</summary>
    internal static SecretClientOptions ClientOptions()
    {
        // The key ring tries again by itself, with a back-off that all waiting requests share. A second back-off below
        // it would only hide the vault's Retry-After.
        var options = new SecretClientOptions { Retry = { MaxRetries = 0 } };
        options.Diagnostics.IsLoggingContentEnabled = false;
        return options;
    }
}
