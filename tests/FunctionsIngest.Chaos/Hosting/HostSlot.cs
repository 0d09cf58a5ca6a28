using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Chaos.Hosting;

/// <summary>
/// One of the instances of the app: a port, a faulty way to storage, and one process after the other.
/// </summary>
internal sealed class HostSlot : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromMinutes(2);

    private readonly string _name;
    private readonly string _folder;
    private readonly StorageProxy _proxy;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private ImmutableArray<ChildProcess> _processes = [];
    private Aim? _aim;

    private HostSlot(string name, string folder, StorageProxy proxy)
    {
        _name = name;
        _folder = folder;
        _proxy = proxy;
        Url = $"http://127.0.0.1:{FreePort()}";
    }

    /// <summary>Where it listens, whichever process it is.</summary>
    public string Url { get; }

    /// <summary>Every process so far; the last one is the one that runs.</summary>
    public IReadOnlyList<ChildProcess> Processes => _processes;

    private ChildProcess Current => _processes[^1];

    /// <summary>Makes a slot whose process is not started yet.</summary>
    public static async Task<HostSlot> CreateAsync(string name, string folder, string storage, FaultSource faults, WireLog wire)
    {
        var slot = new HostSlot(name, folder, await StorageProxy.StartAsync(storage));
        slot._proxy.Choose = call => slot.TakeAim(call) ?? faults.Next(call);
        slot._proxy.Observe = call => wire.Note(call, slot.ProcessAt(call.ReceivedAt));
        return slot;
    }

    /// <summary>The file that a process notes the runs of its handlers in.</summary>
    public string RunLogOf(ChildProcess process) => Path.Combine(_folder, $"{process.Name}.runs");

    /// <summary>Starts the next process and waits until it serves.</summary>
    public async Task StartAsync()
    {
        var name = $"{_name}{_processes.Length + 1}";
        var settings = HostSettings.For(_proxy.ConnectionString);
        settings[HostSettings.UrlKey] = Url;
        settings[HostSettings.RunLogKey] = Path.Combine(_folder, $"{name}.runs");
        _processes = _processes.Add(ChildProcess.Start(HostCommand.Name, name, settings, Path.Combine(_folder, $"{name}.log")));

        var started = TimeProvider.System.GetTimestamp();
        while (!await IsAliveAsync())
        {
            if (Current.HasEnded || TimeProvider.System.GetElapsedTime(started) > LongestStart)
                throw new InvalidOperationException($"The host {name} did not start: see {Path.Combine(_folder, $"{name}.log")}.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>Kills the process at once.</summary>
    /// <returns>False if it had ended before.</returns>
    public bool Kill() => Current.Kill();

    /// <summary>Kills the process with its next call of a kind, or at once if there is none for a while.</summary>
    /// <returns>Whether the call came.</returns>
    public async Task<bool> KillAtAsync(StorageStep step, bool reachesStorage, TimeSpan patience)
    {
        var aim = new Aim(step, reachesStorage, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Volatile.Write(ref _aim, aim);
        try
        {
            await aim.Hit.Task.WaitAsync(patience, TimeProvider.System);
            return true;
        }
        catch (TimeoutException) when (Interlocked.Exchange(ref _aim, null) is not null)
        {
            Kill();
            return false;
        }
        catch (TimeoutException)
        {
            // It comes just now.
            await aim.Hit.Task;
            return true;
        }
    }

    /// <summary>Asks the process with SIGTERM to end.</summary>
    public Task<(int ExitCode, TimeSpan Took)> StopAsync() => Current.StopAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
            process.Dispose();
        _http.Dispose();
        await _proxy.DisposeAsync();
    }

    private string ProcessAt(long time) => _processes.Last(process => process.StartedAt <= time).Name;

    private StorageFault? TakeAim(StorageCall call)
    {
        if (Volatile.Read(ref _aim) is not { } aim || StorageSteps.Of(call) != aim.Step || Interlocked.CompareExchange(ref _aim, null, aim) != aim)
            return null;

        return StorageFault.Death(aim.ReachesStorage, () =>
        {
            Kill();
            aim.Hit.SetResult();
        });
    }

    private async Task<bool> IsAliveAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"{Url}/health"));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed record Aim(StorageStep Step, bool ReachesStorage, TaskCompletionSource Hit);
}
