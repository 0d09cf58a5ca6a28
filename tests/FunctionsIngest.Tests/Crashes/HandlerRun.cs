namespace FunctionsIngest.Tests.Crashes;

/// <summary>A run of a handler.</summary>
/// <param name="Handler">The handler's name.</param>
/// <param name="Instance">The instance that it ran in.</param>
/// <param name="Event">What it was given.</param>
/// <param name="HasSucceeded">Whether it did not throw.</param>
internal sealed record HandlerRun(string Handler, Mortal Instance, WebhookEvent Event, bool HasSucceeded);
