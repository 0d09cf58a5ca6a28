using Azure.Security.KeyVault.Secrets;
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
    /// <summary>Adds <see cref="IKeyRing"/>. Needs <see cref="SourceCatalogue"/>; a <see cref="SecretClient"/> that is there already is used.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    internal static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(KeyVaultOptions.Section);
        services.AddOptionsWithValidateOnStart<KeyVaultOptions, KeyVaultOptionsValidator>()
            .Configure(options => SettingsBinder.Bind(section, options, options.BindingErrors));
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<VaultMetrics>();

        if (string.IsNullOrEmpty(section[nameof(KeyVaultOptions.Uri)]))
        {
            services.TryAddSingleton<ISecretReader>(new ConfigurationSecretReader(configuration));
        }
        else
        {
            services.TryAddSingleton(provider =>
            {
                var options = provider.GetRequiredService<IOptions<KeyVaultOptions>>().Value;
                return new SecretClient(new Uri(options.Uri!), Credentials.For(options.ClientId), ClientOptions());
            });
            services.TryAddSingleton<ISecretReader, KeyVaultSecretReader>();
        }

        services.TryAddSingleton<KeyRing>();
        services.TryAddSingleton<IKeyRing>(provider => provider.GetRequiredService<KeyRing>());
        services.AddHostedService<KeyRingStart>();
        return services;
    }

    /// <summary>How the vault is called.</summary>
    internal static SecretClientOptions ClientOptions()
    {
        // The key ring tries again by itself, with a back-off that all who wait share: a second one below it would only hide the vault's Retry-After.
        var options = new SecretClientOptions { Retry = { MaxRetries = 0 } };
        options.Diagnostics.IsLoggingContentEnabled = false;
        return options;
    }
}
