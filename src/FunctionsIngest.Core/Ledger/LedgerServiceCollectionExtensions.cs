using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Ledger;

/// <summary>Adds the ledger.</summary>
internal static class LedgerServiceCollectionExtensions
{
    /// <summary>Adds <see cref="LedgerTable"/> and <see cref="SweepBookmark"/>.</summary>
    public static IServiceCollection AddLedger(this IServiceCollection services)
        => services.AddSingleton<LedgerTable>().AddSingleton<SweepBookmark>();
}
