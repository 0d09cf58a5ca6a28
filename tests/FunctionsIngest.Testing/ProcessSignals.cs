using System.Diagnostics;

namespace FunctionsIngest.Testing;

/// <summary>Signals, as a shell sends them: .NET itself can only kill.</summary>
public static class ProcessSignals
{
    /// <summary>Sends a process a signal.</summary>
    /// <param name="process">A process that a test has started.</param>
    /// <param name="signal">The signal: TERM, INT or KILL.</param>
    public static async Task SignalAsync(this Process process, string signal)
    {
        ArgumentNullException.ThrowIfNull(process);
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
