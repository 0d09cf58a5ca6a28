using System.Diagnostics;
using System.Text;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// Short runs of the harness, with real processes and SIGKILL. docs/chaos.md says how to run it longer.
/// </summary>
public sealed class HarnessTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("--webhooks", "300", "--kills", "4", "--faults", "0.05", "--seed", "1")]
    [InlineData("redrive", "--events", "100", "--kills", "2", "--seed", "1")]
    [InlineData("shutdown")]
    public async Task It_holds(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var arg in args.Prepend(Path.Combine(AppContext.BaseDirectory, "FunctionsIngest.Chaos.dll")))
            start.ArgumentList.Add(arg);
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Longest, TimeProvider.System);
        }
        finally
        {
            // Its hosts and its Azurite end with it.
            if (!process.HasExited)
                process.Kill();
        }

        Assert.True(process.ExitCode == 0, output.ToString());
        Assert.Contains("Everything holds.", output.ToString(), StringComparison.Ordinal);

        void Read(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }
}
