namespace FunctionsIngest.Cli;

/// <summary>A command cannot go on, and its user can mend the reason. Shown as it is, without a stack trace.</summary>
/// <param name="message">What is wrong, and what to do about it.</param>
/// <param name="exitCode">What the process ends with.</param>
internal sealed class CommandException(string message, int exitCode = ExitCode.Usage) : Exception(message)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; } = exitCode;
}
