using System.Diagnostics;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Chaos.Hosting;

/// <summary>This program once more, as a process that can be killed.</summary>
internal sealed class ChildProcess : IDisposable
{
    // Stack traces of storage failures come by the hundred.
    private const int MaxLineLength = 500;

    private readonly Process _process;
    private readonly Lock _turn = new();

    private ChildProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    /// <summary>Its name, unique in the run.</summary>
    public string Name { get; }

    /// <summary>When it was started, by the machine's monotonic clock.</summary>
    public long StartedAt { get; } = TimeProvider.System.GetTimestamp();

    /// <summary>When it was killed, by the machine's monotonic clock; null if it was not.</summary>
    public long? KilledAt { get; private set; }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Starts a process.</summary>
    /// <param name="command">What it is to be.</param>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="output">The file that receives what it writes.</param>
    public static ChildProcess Start(string command, string name, IReadOnlyDictionary<string, string?> settings, string output)
    {
        var start = new ProcessStartInfo(DotNet())
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "FunctionsIngest.Chaos.dll"), command },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        var file = TextWriter.Synchronized(new StreamWriter(output) { AutoFlush = true });
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.Exited += (_, _) => file.Dispose();
        var child = new ChildProcess(process, name);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;

        void Write(string? line)
        {
            try
            {
                if (line is not null)
                    file.WriteLine(line.Length > MaxLineLength ? line[..MaxLineLength] : line);
            }
            catch (ObjectDisposedException)
            {
                // The last words of a killed process.
            }
        }
    }

    /// <summary>Kills it with SIGKILL, at once.</summary>
    /// <returns>False if it had ended before.</returns>
    public bool Kill()
    {
        lock (_turn)
        {
            if (KilledAt is not null || _process.HasExited)
                return false;

            _process.Kill();
            KilledAt = TimeProvider.System.GetTimestamp();
            return true;
        }
    }

    /// <summary>Asks it with SIGTERM to end, and waits until it has.</summary>
    /// <returns>Its exit code, and how long it took.</returns>
    public async Task<(int ExitCode, TimeSpan Took)> StopAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        await _process.SignalAsync("TERM");
        await WaitForEndAsync();
        return (_process.ExitCode, TimeProvider.System.GetElapsedTime(started));
    }

    /// <summary>Waits until it has ended.</summary>
    public Task WaitForEndAsync() => _process.WaitForExitAsync();

    /// <summary>Its exit code.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Kills it if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static string DotNet() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
}
