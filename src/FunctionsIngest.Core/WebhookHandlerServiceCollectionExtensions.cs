using FunctionsIngest.Handling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FunctionsIngest;

/// <summary>
/// Adds handlers. Each has a short name, unique among the handlers and stable across releases, because what has
/// finished is noted under it: 1 to 64 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>. A name that is malformed or
/// taken is an error when the host starts.
/// </summary>
public static class WebhookHandlerServiceCollectionExtensions
{
    /// <summary>
    /// Adds a handler that dependency injection makes, one for each event unless its type is registered with another
    /// lifetime.
    /// </summary>
    /// <typeparam name="THandler">The handler's type.</typeparam>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The handler's name.</param>
    public static IServiceCollection AddWebhookHandler<THandler>(this IServiceCollection services, string name)
        where THandler : class, IWebhookHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddScoped<THandler>();
        return services.AddWebhookHandler(name, static provider => provider.GetRequiredService<THandler>());
    }

    /// <summary>Adds a handler that a method makes.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The handler's name.</param>
    /// <param name="make">Makes the handler, in the scope of an event.</param>
    public static IServiceCollection AddWebhookHandler(this IServiceCollection services, string name, Func<IServiceProvider, IWebhookHandler> make)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(make);
        return services.AddSingleton(new HandlerRegistration(name, make));
    }
}
