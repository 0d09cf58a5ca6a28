using System.Diagnostics;
using System.Reflection;

namespace FunctionsIngest.Infra;

/// <summary>The Bicep command line, as the package brings it.</summary>
internal static class Bicep
{
    /// <summary>Its path; null on platforms without a package for it.</summary>
    public static string? Path { get; } = typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(item => item.Key == "Bicep")?.Value;

    /// <summary>Runs it and waits for its end.</summary>
    /// <param name="directory">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code, and all that it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path!, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        // The parameter files read the environment at deployment; here they get their own defaults.
        foreach (var name in (string[])["AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "ALERT_EMAIL"])
            start.Environment.Remove(name);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
