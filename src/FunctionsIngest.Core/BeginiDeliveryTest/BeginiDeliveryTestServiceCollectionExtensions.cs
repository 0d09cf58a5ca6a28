using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>Adds Begini's delivery test.</summary>
internal static class BeginiDeliveryTestServiceCollectionExtensions
{
    /// <summary>Adds <see cref="DeliveryTester"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddBeginiDeliveryTest(this IServiceCollection services, IConfiguration configuration)
        => services
            .AddSettings<DeliveryTestsOptions, DeliveryTestsOptionsValidator>(WebhookSettings.Of(configuration))
            .AddSingleton<DeliveryTestClients>()
            .AddSingleton<DeliveryTester>()
            .AddHostedService<DeliveryTestStart>();
}
