using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Poison;

/// <summary>Adds what keeps events that were given up.</summary>
internal static class PoisonServiceCollectionExtensions
{
    /// <summary>Adds <see cref="PoisonStore"/> and <see cref="Redriver"/>.</summary>
    public static IServiceCollection AddPoison(this IServiceCollection services)
        => services.AddSingleton<PoisonStore>().AddSingleton<Redriver>();
}
