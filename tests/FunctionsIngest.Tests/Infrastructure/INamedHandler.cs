namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>A handler of a test, which knows the name that it is registered under.</summary>
internal interface INamedHandler : IWebhookHandler
{
    /// <summary>Its name.</summary>
    string Name { get; }
}
