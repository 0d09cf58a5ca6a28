using FunctionsIngest.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>Points an app whose <c>KeyVault:Uri</c> is a <see cref="FakeVault"/>'s at it.</summary>
internal static class FakeVaultServiceCollectionExtensions
{
    /// <summary>Replaces the clock, and the client by the same one with the vault's certificate and token.</summary>
    public static IServiceCollection AddVault(this IServiceCollection services, FakeVault vault, FakeTimeProvider clock)
        => services
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(clock)
            .AddSingleton(vault.CreateClient())
            .AddSingleton<KeyVaultSecretReader>()
            .AddSingleton<ObservedReader>()
            .AddSingleton<ISecretReader>(provider => provider.GetRequiredService<ObservedReader>());
}
