namespace FunctionsIngest.Handling;

/// <summary>A handler as it was registered.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Make">Makes it, in a scope.</param>
internal sealed record HandlerRegistration(string Name, Func<IServiceProvider, IWebhookHandler> Make);
