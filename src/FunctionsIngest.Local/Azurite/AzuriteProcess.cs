using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FunctionsIngest.Local.Settings;

namespace FunctionsIngest.Local.Azurite;

/// <summary>
/// A running Azurite: blob, queue and table. It lives as long as its standard input is open, so it ends gracefully with
/// this process even if this process is killed.
/// </summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly FileStream? _guard;
    private readonly TimeProvider _time;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentDictionary<string, int> _ports = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AzuriteProcess(Process process, FileStream? guard, TimeProvider time)
    {
        _process = process;
        _guard = guard;
        _time = time;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Ended = process.WaitForExitAsync();
    }

    /// <summary>The ports that it listens on.</summary>
    public AzuritePorts Ports => new(_ports["Blob"], _ports["Queue"], _ports["Table"]);

    /// <summary>Completes when the process has ended, whatever ended it.</summary>
    public Task Ended { get; }

    /// <summary>The last lines that Azurite wrote.</summary>
    public string Output => string.Join(Environment.NewLine, _output);

    /// <summary>Starts Azurite and waits until all three services listen.</summary>
    /// <param name="installation">Where it is installed.</param>
    /// <param name="dataPath">Where it keeps its data; null: in memory.</param>
    /// <param name="ports">Where it listens.</param>
    /// <param name="accounts">
    /// The names of the storage accounts, all with <see cref="AzuritePorts.DefaultKey"/>; none: the default account.
    /// </param>
    /// <exception cref="StartUpException">It did not start, or another process uses the same data.</exception>
    public static async Task<AzuriteProcess> StartAsync(
        AzuriteInstallation installation, string? dataPath, AzuritePorts ports, IEnumerable<string> accounts, TimeProvider time, CancellationToken cancellationToken)
    {
        var guard = dataPath is null ? null : Guard(dataPath);
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = installation.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "start.cjs", "--silent", "--disableTelemetry", "--skipApiVersionCheck",
                "--blobPort", Text(ports.Blob), "--queuePort", Text(ports.Queue), "--tablePort", Text(ports.Table),
            },
        };
        foreach (var argument in dataPath is null ? ["--inMemoryPersistence"] : new[] { "--location", dataPath })
            start.ArgumentList.Add(argument);
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', accounts.Select(account => $"{account}:{AzuritePorts.DefaultKey}"));

        var azurite = new AzuriteProcess(Process.Start(start)!, guard, time);
        try
        {
            await azurite.WaitUntilListeningAsync(cancellationToken);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }

        static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Stops Azurite gracefully: it saves what it has in memory. Killed only if that takes longer than 10 s.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await Ended.WaitAsync(LongestStop, _time);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Ended;
        }

        _process.Dispose();
        if (_guard is not null)
            await _guard.DisposeAsync();
    }

    private static FileStream Guard(string dataPath)
    {
        DataFolder.Prepare(dataPath);
        return FileGuard.TryTake(Path.Combine(dataPath, ".in-use"))
            ?? throw new StartUpException($"Another local host is running on the data in {dataPath}. Stop it first, or set Local:DataPath to a folder of its own for this one.");
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(_listening.Task, Ended).WaitAsync(LongestStart, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new StartUpException($"Azurite did not listen within {LongestStart.TotalSeconds:0} s. Its last words: {Output}");
        }

        if (!_listening.Task.IsCompleted)
            throw new StartUpException($"Azurite ended with exit code {_process.ExitCode} before it listened. Its last words: {Output}");
    }

    private void Read(string? line)
    {
        const int LinesKept = 20;
        if (line is null)
            return;

        _output.Enqueue(line);
        if (_output.Count > LinesKept)
            _output.TryDequeue(out _);

        if (ListeningLine().Match(line) is { Success: true } match)
        {
            _ports[match.Groups["service"].Value] = int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
            if (_ports.Count == 3)
                _listening.TrySetResult();
        }
    }

    [GeneratedRegex(@"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at http://127\.0\.0\.1:(?<port>\d+)$")]
    private static partial Regex ListeningLine();
}
