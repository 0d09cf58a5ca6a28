using System.ComponentModel;
using System.Diagnostics;

namespace FunctionsIngest.Tests.BeginiDeliveryTest;

/// <summary>
/// Begini's own receiver, begini_receiver.py, as a process of its own. It needs Python 3 with fastapi and uvicorn.
/// </summary>
internal sealed class BeginiReceiver : IAsyncDisposable
{
    private static readonly Lazy<string?> Python = new(() => Array.Find(["python3", "/usr/bin/python3", "python"], HasFastApi));

    private readonly Process _process;

    private BeginiReceiver(Process process, Uri url)
    {
        _process = process;
        Url = url;
    }

    /// <summary>Why it cannot run here; null if it can.</summary>
    public static string? Missing => Python.Value is null ? "There is no Python 3 with fastapi and uvicorn here: apt-get install python3-fastapi python3-uvicorn." : null;

    /// <summary>Where it receives.</summary>
    public Uri Url { get; }

    public static async Task<BeginiReceiver> StartAsync(string apiKey)
    {
        var start = new ProcessStartInfo(Python.Value!, [Path.Combine(AppContext.BaseDirectory, "BeginiDeliveryTest", "begini_receiver.py")]) { RedirectStandardOutput = true };
        start.Environment["API_KEY"] = apiKey;
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The receiver ended before it listened.");
        return new BeginiReceiver(process, new Uri($"http://127.0.0.1:{line.Split(' ')[1]}/webhook-receiver"));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static bool HasFastApi(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import fastapi, uvicorn"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
