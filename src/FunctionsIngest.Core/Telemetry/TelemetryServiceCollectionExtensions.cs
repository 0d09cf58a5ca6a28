using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Telemetry;

/// <summary>Adds the metrics.</summary>
internal static class TelemetryServiceCollectionExtensions
{
    /// <summary>Adds <see cref="IngestMetrics"/>.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddMetrics();
        return services.AddSingleton<IngestMetrics>();
    }
}
