namespace FunctionsIngest.Cli.Diagnostics;

/// <summary>What the doctor found of one thing.</summary>
/// <param name="Name">The thing.</param>
/// <param name="ExitCode">What it alone would end the process with.</param>
/// <param name="Finding">How it is.</param>
/// <param name="Advice">What to do; null if it is well.</param>
internal sealed record Check(string Name, int ExitCode, string Finding, string? Advice = null)
{
    public static Check Well(string name, string finding) => new(name, Cli.ExitCode.Ok, finding);
}
