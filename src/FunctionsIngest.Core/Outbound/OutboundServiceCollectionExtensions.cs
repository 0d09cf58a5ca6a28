using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Outbound;

/// <summary>Adds what calls other systems.</summary>
internal static class OutboundServiceCollectionExtensions
{
    /// <summary>Adds <see cref="ReceiverCaller"/>.</summary>
    public static IServiceCollection AddOutbound(this IServiceCollection services) => services.AddSingleton<ReceiverCaller>();
}
