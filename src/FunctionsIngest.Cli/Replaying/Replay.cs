namespace FunctionsIngest.Cli.Replaying;

/// <summary>A replay that is on the queue.</summary>
/// <param name="Id">The new event's id.</param>
/// <param name="IsResumed">Whether an earlier command had begun it and died before it could know that it was sent.</param>
internal sealed record Replay(string Id, bool IsResumed);
