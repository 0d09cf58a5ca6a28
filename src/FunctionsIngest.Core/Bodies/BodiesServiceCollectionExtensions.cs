using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Bodies;

/// <summary>Adds the budgets of bodies.</summary>
internal static class BodiesServiceCollectionExtensions
{
    /// <summary>Adds <see cref="BodyBudget"/> and <see cref="SpoolBudget"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddBodies(this IServiceCollection services, IConfiguration configuration)
        => services
            .AddSettings<BodyOptions, BodyOptionsValidator>(WebhookSettings.Of(configuration))
            .AddSingleton<BodyBudget>()
            .AddSingleton<SpoolBudget>();
}
