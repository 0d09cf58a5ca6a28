using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>Registers handlers of tests.</summary>
internal static class NamedHandlers
{
    /// <summary>Adds a handler under its name, one for all events.</summary>
    public static IServiceCollection AddHandler(this IServiceCollection services, INamedHandler handler)
        => services.AddWebhookHandler(handler.Name, _ => handler);
}
