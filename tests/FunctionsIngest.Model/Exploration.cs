namespace FunctionsIngest.Model;

/// <summary>What an exploration has found.</summary>
/// <param name="Counterexample">The story of what went wrong, step by step; null if nothing did.</param>
internal sealed record Exploration(int States, int Steps, string? Counterexample);
