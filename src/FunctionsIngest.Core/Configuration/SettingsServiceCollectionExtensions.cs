using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Configuration;

/// <summary>Adds options that are read from the configuration once, and checked when the host starts.</summary>
internal static class SettingsServiceCollectionExtensions
{
    /// <summary>Adds one group of a section's settings with its validator.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The section; a key in it that no group has is an error at start.</param>
    public static IServiceCollection AddSettings<TOptions, TValidator>(this IServiceCollection services, IConfigurationSection section)
        where TOptions : BoundOptions, new()
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddSingleton(new SettingsGroup(section, typeof(TOptions)));
        services.AddSingleton(_ =>
        {
            var options = new TOptions();
            SettingsBinder.Bind(section, options, options.BindingErrors);
            return new BoundSettings<TOptions>(options);
        });
        services.AddSingleton<IOptionsFactory<TOptions>, BoundOptionsFactory<TOptions>>();
        services.AddOptionsWithValidateOnStart<TOptions, TValidator>();
        services.AddOptionsWithValidateOnStart<KnownSettings, KnownSettingsValidator>();
        return services;
    }
}
