using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Health;

/// <summary>Adds health and readiness.</summary>
internal static class HealthServiceCollectionExtensions
{
    /// <summary>Adds <see cref="HealthProbe"/>.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services) => services.AddSingleton<HealthProbe>();
}
