using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Tests.Local;

/// <summary>The local host as a process of its own, with data of its own, on free ports.</summary>
internal sealed partial class LocalHostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private static readonly Lazy<string> NoSettings = new(() =>
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("functions-ingest-").FullName, "local.settings.json");
        File.WriteAllText(path, "{}");
        return path;
    });

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LocalHostProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything that it has written.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => new(Listening().Match(Output).Groups["url"].Value);

    /// <summary>The blob port of the Azurite that it has started.</summary>
    public int BlobPort => int.Parse(Ports().Match(Output).Groups["port"].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>Starts it.</summary>
    /// <param name="environment">Environment variables to set.</param>
    /// <param name="args">The command line.</param>
    public static LocalHostProcess Start(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "FunctionsIngest.Local.dll") },
        };
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        foreach (var name in (string[])["WebhookStorage", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "OTEL_EXPORTER_OTLP_ENDPOINT"])
            start.Environment.Remove(name);
        // The settings of the developer's machine have no part in a test.
        start.Environment["Local__SettingsFile"] = NoSettings.Value;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new LocalHostProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it has said where it listens.</summary>
    public async Task WaitUntilListeningAsync()
    {
        var ended = _process.WaitForExitAsync();
        await Task.WhenAny(_welcomed.Task, ended).WaitAsync(Longest, TimeProvider.System);
        Assert.True(_welcomed.Task.IsCompleted, $"It ended instead: {Output}");
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForEndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Longest, TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary>Sends it a signal: TERM, INT or KILL.</summary>
    public Task SignalAsync(string signal) => _process.SignalAsync(signal);

    /// <summary>The line to try that it has printed for a source.</summary>
    public string TryLine(string source)
        => Assert.Single(Output.Split('\n'), line => line.StartsWith("curl ", StringComparison.Ordinal) && line.TrimEnd().EndsWith($"/webhooks/{source}", StringComparison.Ordinal));

    /// <summary>Does what a line to try says.</summary>
    /// <param name="line">The line.</param>
    /// <param name="url">Where to send it.</param>
    public static async Task<(HttpStatusCode Status, string Body)> TryAsync(string line, Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(line[(line.LastIndexOf(' ') + 1)..].Trim()).AbsolutePath)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Body().Match(line).Groups["body"].Value)),
        };
        foreach (Match header in Header().Matches(line))
        {
            var name = header.Groups["name"].Value;
            if (!request.Headers.TryAddWithoutValidation(name, header.Groups["value"].Value))
                request.Content.Headers.TryAddWithoutValidation(name, header.Groups["value"].Value);
        }

        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;

        lock (_output)
            _output.AppendLine(line);
        // Behind the last of the lines to try.
        if (line.StartsWith("Your own sources ", StringComparison.Ordinal))
            _welcomed.TrySetResult();
    }

    [GeneratedRegex("Listening on (?<url>[^;,]+)")]
    private static partial Regex Listening();

    [GeneratedRegex(@"on ports (?<port>\d+) \(blob\)")]
    private static partial Regex Ports();

    [GeneratedRegex("-H '(?<name>[^:]+): (?<value>[^']*)'")]
    private static partial Regex Header();

    [GeneratedRegex("--data-raw '(?<body>[^']*)'")]
    private static partial Regex Body();
}
