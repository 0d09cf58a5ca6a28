using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Sweeping;

/// <summary>Adds the sweep.</summary>
internal static class SweepingServiceCollectionExtensions
{
    /// <summary>Adds <see cref="Sweeper"/>.</summary>
    public static IServiceCollection AddSweeping(this IServiceCollection services)
        => services
            .AddSingleton(new SweepLimits())
            .AddSingleton<RowSweeper>()
            .AddSingleton<BodySweeper>()
            .AddSingleton<Sweeper>();
}
