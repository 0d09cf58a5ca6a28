namespace FunctionsIngest.Sources;

/// <summary>What the settings of the sources say, read once.</summary>
/// <param name="Sources">Every source without a mistake.</param>
/// <param name="Errors">The mistakes of the others, each with the setting, the value and the fix.</param>
internal sealed record SourceReading(IReadOnlyList<Source> Sources, IReadOnlyList<string> Errors);
