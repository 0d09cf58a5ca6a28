using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace FunctionsIngest.Local.Azurite;

/// <summary>
/// Azurite under tools/azurite: pinned by its lock file, installed from npm the first time that it is needed.
/// </summary>
/// <param name="root">The repository's root.</param>
/// <param name="progress">Receives a line when something takes a while.</param>
internal sealed class AzuriteInstallation(string root, Action<string> progress)
{
    /// <summary>The file that pins every package, from the repository's root.</summary>
    public const string LockFile = "tools/azurite/package-lock.json";

    /// <summary>The oldest Node that Azurite has been seen to work with here.</summary>
    private const int OldestNode = 20;

    private const string Remedy = "Install Node.js 20 or newer with its npm (nodejs.org, or your system's packages), or set WebhookStorage to the connection string of a storage account: then Azurite is not needed.";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly string _lockFile = Path.Combine(root, LockFile);

    /// <summary>The folder with Azurite's package.json.</summary>
    public string Folder { get; } = Path.GetDirectoryName(Path.Combine(root, LockFile))!;

    /// <summary>
    /// Installs Azurite unless that version is there already. Several processes may ask at once: one installs, the
    /// others wait.
    /// </summary>
    /// <exception cref="StartUpException">There is no Node, it is too old, or npm failed.</exception>
    public async Task EnsureAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await RequireNodeAsync(cancellationToken);

        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(_lockFile, cancellationToken)));
        var stamp = Path.Combine(Folder, "node_modules", ".installed");
        if (await IsInstalledAsync())
            return;

        await using var guard = await FileGuard.TakeAsync(Path.Combine(Folder, ".installing"), LongestWait, time, cancellationToken)
            ?? throw new StartUpException($"Another process has been installing Azurite in {Folder} for {LongestWait.TotalMinutes:0} minutes. Look at it, or end it, and try again.");
        if (await IsInstalledAsync())
            return;

        progress("Installing Azurite, the storage emulator, from npm: only this once, about half a minute");
        var started = time.GetTimestamp();
        await InstallAsync(cancellationToken);
        await File.WriteAllTextAsync(stamp, wanted, cancellationToken);
        progress(string.Create(CultureInfo.InvariantCulture, $"Installed Azurite in {time.GetElapsedTime(started).TotalSeconds:0} s"));

        async Task<bool> IsInstalledAsync() => File.Exists(stamp) && await File.ReadAllTextAsync(stamp, cancellationToken) == wanted;
    }

    private static async Task RequireNodeAsync(CancellationToken cancellationToken)
    {
        string version;
        try
        {
            (_, version) = await RunAsync("node", ["--version"], folder: null, cancellationToken);
        }
        catch (Win32Exception)
        {
            throw new StartUpException($"Azurite, the storage emulator, needs Node.js, and no 'node' was found on the PATH. {Remedy}");
        }

        version = version.Trim();
        if (!int.TryParse(version.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < OldestNode)
            throw new StartUpException($"Azurite, the storage emulator, needs a newer Node.js than '{version}'. {Remedy}");
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (exitCode, output) = await RunAsync(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund"], Folder, cancellationToken);
            if (exitCode != 0)
                throw new StartUpException($"npm could not install Azurite in {Folder} (exit code {exitCode}). Its last words: {output.Trim()}");
        }
        catch (Win32Exception)
        {
            throw new StartUpException($"Azurite, the storage emulator, is installed with npm, and no 'npm' was found on the PATH. {Remedy}");
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, string? folder, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
