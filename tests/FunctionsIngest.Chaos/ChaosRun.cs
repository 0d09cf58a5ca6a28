using System.Globalization;
using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Chaos.Reconciling;
using FunctionsIngest.Chaos.Sending;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Chaos;

/// <summary>Senders against two hosts that are killed, with a faulty way to storage; and the reckoning.</summary>
internal static class ChaosRun
{
    // More webhooks on the way at once would only wait for Azurite, and a kill would fall into the same number of them.
    private const int MaxOnTheWay = 200;

    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(15);

    /// <summary>Runs.</summary>
    /// <returns>The exit code: 0 only if everything holds.</returns>
    public static async Task<int> RunAsync(ChaosOptions options)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var folder = await RunFolder.CreateAsync();
        await using var services = StoredState.Services(folder.Storage);
        var clients = services.GetRequiredService<StorageClients>();
        var factory = new WebhookFactory(services.GetRequiredService<SourceCatalogue>(), options.Seed);
        var webhooks = Enumerable.Range(0, options.Webhooks).Select(number => factory.Create(number)).ToList();

        var wire = new WireLog();
        await using var first = await HostSlot.CreateAsync("A", folder.Path, folder.Storage, new FaultSource(options.Faults, options.Seed + 1), wire);
        await using var second = await HostSlot.CreateAsync("B", folder.Path, folder.Storage, new FaultSource(options.Faults, options.Seed + 2), wire);
        HostSlot[] slots = [first, second];
        await Task.WhenAll(slots.Select(slot => slot.StartAsync()));

        using var sender = new Sender([.. slots.Select(slot => slot.Url)], options.Seed + 3);
        var killer = new Killer(slots, wire, options.Kills, options.Webhooks, options.Seed + 4);
        using var ended = new CancellationTokenSource();
        var killing = killer.RunAsync(ended.Token);
        var delivering = DeliverAsync(webhooks, sender, wire);
        var progress = new Progress(started, wire, () => killer.Kills, webhooks).RunAsync(clients, ended.Token);
        await delivering;
        var messages = await Drain.RunAsync(clients, Task.WhenAll(delivering, killing));
        await ended.CancelAsync();
        await progress;

        List<string> endedAlone = [.. slots.SelectMany(slot => slot.Processes).Where(process => process.HasEnded && process.KilledAt is null).Select(process => process.Name)];
        var stops = await Task.WhenAll(slots.Select(slot => slot.StopAsync()));
        var state = await StoredState.ReadAsync(folder.Storage);
        var processes = slots.SelectMany(slot => slot.Processes.Select(process => (Process: process, Runs: RunLog.Read(slot.RunLogOf(process), process.Name)))).ToList();
        var killedAt = processes.Where(process => process.Process.KilledAt is not null).ToDictionary(process => process.Process.Name, process => process.Process.KilledAt!.Value);

        var report = new Report(string.Create(
            CultureInfo.InvariantCulture, $"dotnet run --project tests/FunctionsIngest.Chaos -- --webhooks {options.Webhooks} --kills {options.Kills} --faults {options.Faults} --seed {options.Seed}"));
        report.Add("took", $"{TimeProvider.System.GetElapsedTime(started):hh\\:mm\\:ss}");
        report.Add("webhooks", options.Webhooks);
        report.Add("sends", sender.Answers);
        report.Add("host processes killed with SIGKILL", killedAt.Count);
        report.Add("killed", killer.Moments);
        report.MustBeZero("host processes that ended by themselves", endedAlone);
        report.Add("storage calls", wire.Calls);
        report.Add("storage calls with a fault", string.Create(CultureInfo.InvariantCulture, $"{wire.Faults.Values.Sum():N0} ({100.0 * wire.Faults.Values.Sum() / wire.Calls:0.0} %)"));
        report.Add("fault", wire.Faults);
        report.AddRule();
        report.MustBeZero("answers that must not be", sender.Violations);
        Reconciliation.AddStorage(report, webhooks, state, messages);
        await Reconciliation.AddBodiesAsync(report, webhooks, state, clients);
        report.AddRule();
        Reconciliation.AddRuns(report, processes.SelectMany(process => process.Runs), state, new Repetitions(wire, killedAt));
        report.MustBeZero("stops by SIGTERM that failed or took longer than 15 s", [.. stops.Where(stop => stop.ExitCode != 0 || stop.Took > LongestStop).Select(stop => $"exit code {stop.ExitCode} after {stop.Took}")]);
        report.Write(Console.Out);
        folder.IsToBeRemoved = report.Holds;
        return report.Holds ? 0 : 1;
    }

    private static async Task DeliverAsync(List<Webhook> webhooks, Sender sender, WireLog wire)
    {
        var deliveries = new List<Task>(webhooks.Count);
        foreach (var webhook in webhooks)
        {
            while (deliveries.Count - wire.Ended >= MaxOnTheWay)
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            deliveries.Add(Task.Run(() => sender.DeliverAsync(webhook)));
        }

        await Task.WhenAll(deliveries);
    }
}
