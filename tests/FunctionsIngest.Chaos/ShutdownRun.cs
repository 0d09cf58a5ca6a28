using System.Globalization;
using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Chaos.Reconciling;
using FunctionsIngest.Chaos.Sending;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Local.Pump;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using FunctionsIngest.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Chaos;

/// <summary>
/// A host is asked to stop with SIGTERM in the midst of its work: what is in flight is finished within the 10 s that a
/// host has, what takes longer is left to the next process, and nothing new is taken.
/// </summary>
internal static class ShutdownRun
{
    private const int Webhooks = 80;
    private const int InFlight = 8;

    // What the process needs beside waiting for handlers; a busy machine takes its time.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs.</summary>
    /// <returns>The exit code: 0 only if everything holds.</returns>
    public static async Task<int> RunAsync()
    {
        await using var folder = await RunFolder.CreateAsync();
        await using var services = StoredState.Services(folder.Storage);
        var clients = services.GetRequiredService<StorageClients>();
        var factory = new WebhookFactory(services.GetRequiredService<SourceCatalogue>(), seed: 1);
        var slow = factory.Create(0, new Orders(Failures: 0, Milliseconds: 25_000));
        List<Webhook> webhooks = [slow, .. Enumerable.Range(1, Webhooks - 1).Select(number => factory.Create(number, new Orders(Failures: 0, Milliseconds: 3_000)))];

        var wire = new WireLog();
        await using var slot = await HostSlot.CreateAsync("A", folder.Path, folder.Storage, new FaultSource(rate: 0, seed: 0), wire);
        await slot.StartAsync();
        using var sender = new Sender([slot.Url], seed: 1);
        await sender.DeliverAsync(slow);
        var delivering = Task.WhenAll(webhooks.Skip(1).Select(sender.DeliverAsync));
        while (RunsOf(slot).Count(run => run.EndedAt is null && run.EventId != slow.EventId) < InFlight)
            await Task.Delay(LookAgain, TimeProvider.System);

        var askedAt = TimeProvider.System.GetTimestamp();
        var (exitCode, took) = await slot.StopAsync();
        var runs = RunsOf(slot);
        var received = wire.LastOf(StorageStep.Receive) is { } last && last > askedAt ? TimeProvider.System.GetElapsedTime(askedAt, last) : TimeSpan.Zero;
        var waiting = await StoredState.CountMessagesAsync(clients);

        await slot.StartAsync();
        await delivering;
        var messages = await Drain.RunAsync(clients, Task.CompletedTask);
        await slot.StopAsync();

        var report = new Report("dotnet run --project tests/FunctionsIngest.Chaos -- shutdown");
        report.Add("handler runs that the stop fell into", runs.Count(run => run.StartedAt < askedAt && !(run.EndedAt < askedAt)));
        report.Add("events waiting when the process had ended", waiting.Events);
        report.Add("took from SIGTERM to the end", string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.0} s"));
        report.Add("last look at a queue, after SIGTERM", string.Create(CultureInfo.InvariantCulture, $"{received.TotalSeconds:0.0} s"));
        report.MustBeZero("ended badly, or later than 10 s and some slack", exitCode != 0 || took > QueuePump.FinishWithin + Slack ? [$"exit code {exitCode} after {took}"] : []);
        report.MustBeZero("took something new: looked at a queue later than 2 s after SIGTERM", received > TimeSpan.FromSeconds(2) ? [$"{received}"] : []);
        report.MustBeZero("runs that were cut off although they take less than 10 s", [.. runs.Where(run => run.EndedAt is null && run.EventId != slow.EventId).Select(run => run.EventId)]);
        report.AddRule();
        var state = await StoredState.ReadAsync(folder.Storage);
        Reconciliation.AddStorage(report, webhooks, state, messages);
        var all = slot.Processes.SelectMany(process => RunLog.Read(slot.RunLogOf(process), process.Name)).ToList();
        report.MustBeZero("handlers that ran twice although they take less than 10 s", [.. all.Where(run => run.EventId != slow.EventId).GroupBy(run => (run.Handler, run.EventId)).Where(group => group.Count() > 1).Select(group => $"{group.Key}")]);
        report.Write(Console.Out);
        folder.IsToBeRemoved = report.Holds;
        return report.Holds ? 0 : 1;
    }

    private static List<HandlerRun> RunsOf(HostSlot slot)
        => slot.Processes is [.., var process] ? [.. RunLog.Read(slot.RunLogOf(process), process.Name)] : [];
}
