using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Telemetry;

/// <summary>Has a host's console name the webhook that a line is about.</summary>
internal static class WebhookLoggingBuilderExtensions
{
    /// <summary>Puts a <see cref="WebhookLoggerProvider"/> around a provider.</summary>
    /// <param name="logging">The host's logging.</param>
    /// <param name="provider">
    /// The provider's class, by its name, because the one of the Functions worker is not public.
    /// </param>
    /// <exception cref="InvalidOperationException">The host has no such provider.</exception>
    public static ILoggingBuilder NameWebhooks(this ILoggingBuilder logging, string provider)
    {
        var console = logging.Services.Single(service => service.ServiceType == typeof(ILoggerProvider) && service.ImplementationType?.Name == provider);
        logging.Services.Remove(console);
        logging.Services.AddSingleton<ILoggerProvider>(
            services => new WebhookLoggerProvider((ILoggerProvider)ActivatorUtilities.CreateInstance(services, console.ImplementationType!)));
        return logging;
    }
}
