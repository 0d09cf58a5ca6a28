using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Receiving;

/// <summary>Adds the path from request to answer.</summary>
internal static class ReceivingServiceCollectionExtensions
{
    /// <summary>Adds <see cref="WebhookReceiver"/>.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The configuration, at its root.</param>
    public static IServiceCollection AddReceiving(this IServiceCollection services, IConfiguration configuration)
        => services
            .AddSettings<ReceivingOptions, ReceivingOptionsValidator>(WebhookSettings.Of(configuration))
            .AddSingleton<CallerCheck>()
            .AddSingleton<RequestVerifier>()
            .AddSingleton<EventAdmission>()
            .AddSingleton<HandOver>()
            .AddSingleton<WebhookReceiver>();
}
