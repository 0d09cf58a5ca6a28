namespace FunctionsIngest.Replaying;

/// <summary>A replay of an archived event.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Id">The new event's id; null if nothing was sent.</param>
internal sealed record Replay(ReplayOutcome Outcome, string? Id);
