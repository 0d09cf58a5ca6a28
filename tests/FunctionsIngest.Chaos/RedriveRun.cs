using System.Globalization;
using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Chaos.Reconciling;
using FunctionsIngest.Chaos.Sending;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Queueing;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using FunctionsIngest.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Chaos;

/// <summary>
/// A redriver that is killed against many poisoned events, while two hosts process what it sends; and the reckoning.
/// </summary>
internal static class RedriveRun
{
    private const int MaxAtOnce = 16;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs.</summary>
    /// <returns>The exit code: 0 only if everything holds.</returns>
    public static async Task<int> RunAsync(RedriveOptions options)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var folder = await RunFolder.CreateAsync();
        await using var services = StoredState.Services(folder.Storage);
        var clients = services.GetRequiredService<StorageClients>();
        await clients.CreateAllAsync(CancellationToken.None);
        var factory = new WebhookFactory(services.GetRequiredService<SourceCatalogue>(), options.Seed);
        var webhooks = Enumerable.Range(0, options.Events).Select(number => factory.Create(number)).ToList();
        await Parallel.ForEachAsync(webhooks, new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce }, (webhook, _) => GiveUpAsync(webhook, services));
        Console.WriteLine($"{options.Events} events are in poison after {TimeProvider.System.GetElapsedTime(started):hh\\:mm\\:ss}");

        var wire = new WireLog();
        await using var first = await HostSlot.CreateAsync("A", folder.Path, folder.Storage, new FaultSource(options.Faults, options.Seed + 1), wire);
        await using var second = await HostSlot.CreateAsync("B", folder.Path, folder.Storage, new FaultSource(options.Faults, options.Seed + 2), wire);
        HostSlot[] slots = [first, second];
        await Task.WhenAll(slots.Select(slot => slot.StartAsync()));

        using var ended = new CancellationTokenSource();
        var redrives = new Redrives(folder, options, new FaultSource(options.Faults, options.Seed + 3));
        var progress = new Progress(started, wire, () => redrives.Kills, webhooks).RunAsync(clients, ended.Token);
        await redrives.RunAsync();
        var messages = await Drain.RunAsync(clients, Task.CompletedTask);
        await ended.CancelAsync();
        await progress;
        await Task.WhenAll(slots.Select(slot => slot.StopAsync()));

        var state = await StoredState.ReadAsync(folder.Storage);
        var runs = slots.SelectMany(slot => slot.Processes.SelectMany(process => RunLog.Read(slot.RunLogOf(process), process.Name)));
        var report = new Report(string.Create(
            CultureInfo.InvariantCulture, $"dotnet run --project tests/FunctionsIngest.Chaos -- redrive --events {options.Events} --kills {options.Kills} --faults {options.Faults} --seed {options.Seed}"));
        report.Add("took", $"{TimeProvider.System.GetElapsedTime(started):hh\\:mm\\:ss}");
        report.Add("events in poison at the start", options.Events);
        report.Add("redriver killed with SIGKILL", redrives.Kills);
        report.Add("killed", redrives.Moments);
        report.Add("messages that the redrivers sent", redrives.Sent);
        report.Add("storage calls of the hosts", wire.Calls);
        report.Add("fault", wire.Faults);
        report.AddRule();
        report.MustBeZero("events not Processed", [.. webhooks.Where(webhook => !state.Rows.TryGetValue((webhook.Source.Name, webhook.EventId), out var row) || row.State != RowState.Processed).Select(webhook => webhook.EventId)]);
        report.MustBeZero("documents left in poison", [.. state.Poison.Select(key => $"{key.Source}/{key.EventId}")]);
        Reconciliation.AddStorage(report, webhooks, state, messages);
        await Reconciliation.AddBodiesAsync(report, webhooks, state, clients);
        report.AddRule();
        Reconciliation.AddRuns(report, runs, state, new Repetitions(wire, new Dictionary<string, long>()));
        report.Write(Console.Out);
        folder.IsToBeRemoved = report.Holds;
        return report.Holds ? 0 : 1;
    }

    /// <summary>Leaves an event as the last attempt of a processor does: its document, and its row Poisoned.</summary>
    private static async ValueTask GiveUpAsync(Webhook webhook, IServiceProvider services)
    {
        const int LastAttempt = 5;
        var receivedAt = webhook.Outgoing.Timestamp;
        var envelope = Envelope.For(new EventKey(webhook.Source.Name, webhook.EventId), WebhookFactory.EventType, receivedAt) with { Attempt = LastAttempt };
        await services.GetRequiredService<PoisonStore>().KeepAsync(envelope, BinaryData.FromBytes(webhook.Outgoing.Body), "The harness says so.", CancellationToken.None);
        await services.GetRequiredService<LedgerTable>().TryInsertAsync(
            new LedgerRow
            {
                PartitionKey = envelope.PartitionKey,
                RowKey = envelope.RowKey,
                ReceivedAt = receivedAt,
                State = RowState.Poisoned,
                Owner = "harness",
                Delivery = envelope.Delivery,
                Attempt = LastAttempt,
                Takes = LastAttempt,
            },
            CancellationToken.None);
        webhook.IsAcknowledged = true;
    }

    /// <summary>One redriver process after the other, each but the last killed.</summary>
    private sealed class Redrives(RunFolder folder, RedriveOptions options, FaultSource faults)
    {
        private readonly SortedDictionary<string, int> _moments = new(StringComparer.Ordinal);
        private readonly Random _random = new(options.Seed + 4);
        private int _sent;
        private int _kills;

        public int Sent => Volatile.Read(ref _sent);

        public int Kills => Volatile.Read(ref _kills);

        public IReadOnlyDictionary<string, int> Moments => _moments;

        public async Task RunAsync()
        {
            await using var proxy = await StorageProxy.StartAsync(folder.Storage);
            proxy.Observe = call =>
            {
                if (StorageSteps.Of(call) == StorageStep.Send && call.StorageStatus is >= 200 and < 300)
                    Interlocked.Increment(ref _sent);
            };

            for (var number = 1; ; number++)
            {
                var (step, reachesStorage) = (_random.Next(2) == 0 ? StorageStep.Send : StorageStep.RemovePoison, _random.Next(2) == 0);
                var due = options.Events * (Kills + 1) / (options.Kills + 1);
                var isAimed = Kills < options.Kills ? 1 : 0;
                using var redriver = ChildProcess.Start(RedriverCommand.Name, $"R{number}", HostSettings.For(proxy.ConnectionString), Path.Combine(folder.Path, $"R{number}.log"));
                proxy.Choose = call => Sent >= due && StorageSteps.Of(call) == step && Interlocked.Exchange(ref isAimed, 0) == 1
                    ? StorageFault.Death(reachesStorage, () => Kill(redriver, $"{(reachesStorage ? "after" : "before")} {step}"))
                    : faults.Next(call);
                while (!redriver.HasEnded)
                    await Task.Delay(LookAgain, TimeProvider.System);
                if (redriver.KilledAt is null)
                    return;
            }
        }

        private void Kill(ChildProcess redriver, string moment)
        {
            if (!redriver.Kill())
                return;

            lock (_moments)
                _moments[moment] = _moments.GetValueOrDefault(moment) + 1;
            Interlocked.Increment(ref _kills);
        }
    }
}
