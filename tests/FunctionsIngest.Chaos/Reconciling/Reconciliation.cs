using Azure.Messaging;
using Azure.Storage.Blobs;
using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Chaos.Sending;
using FunctionsIngest.Ledger;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Chaos.Reconciling;

/// <summary>Holds what the senders know and what the handlers noted against what is in storage.</summary>
internal static class Reconciliation
{
    private const int BodiesCompared = 1_000;

    /// <summary>Nothing may be lost, and what is left must be of a named kind.</summary>
    public static void AddStorage(Report report, IReadOnlyList<Webhook> webhooks, StoredState state, (long Events, long Poison) messages)
    {
        var byKey = webhooks.ToDictionary(webhook => (webhook.Source.Name, webhook.EventId));
        var acknowledged = webhooks.Where(webhook => webhook.IsAcknowledged).Select(webhook => (webhook.Source.Name, webhook.EventId)).ToHashSet();
        report.Add("webhooks that got a 2xx", acknowledged.Count);
        report.Add("webhooks whose sender gave up before a 2xx", webhooks.Count - acknowledged.Count);
        report.MustBeZero("LOST: got a 2xx, and is neither archived nor in poison", Names(acknowledged.Where(key => !state.Archive.ContainsKey(key) && !state.Poison.Contains(key))));
        report.MustBeZero("ARCHIVED TWICE", Names(state.Archive.Where(archived => archived.Value.Count > 1).Select(archived => archived.Key)));
        report.MustBeZero("archived or with a row, but never sent", Names(state.Archive.Keys.Concat(state.Rows.Keys).Where(key => !byKey.ContainsKey(key)).Distinct()));
        report.AddRule();

        foreach (var rowState in Enum.GetValues<RowState>())
            report.Add($"rows {rowState}", state.Rows.Values.Count(row => row.State == rowState));
        report.MustBeZero("rows neither Processed nor Poisoned although their sender got a 2xx", Names(acknowledged.Where(key => !state.Rows.TryGetValue(key, out var row) || !row.IsFinal)));
        report.MustBeZero("rows other than Received although no sender got a 2xx and not at an end", Names(state.Rows.Where(row => !row.Value.IsFinal && row.Value.State != RowState.Received && !acknowledged.Contains(row.Key)).Select(row => row.Key)));
        report.MustBeZero("messages left on the queue", Repeat(messages.Events));
        report.MustBeZero("messages left on the poison queue", Repeat(messages.Poison));
        report.Add("archived events", state.Archive.Count);
        report.Add("poison documents", state.Poison.Count);
        report.Add("given up", state.PoisonReasons);
        report.MustBeZero("rows Poisoned without a document", Names(state.Rows.Where(row => row.Value.State == RowState.Poisoned && !state.Poison.Contains(row.Key)).Select(row => row.Key)));
        report.Add("poison documents beside a Processed row: a redrive only removes them", state.Poison.Count(key => state.Rows.TryGetValue(key, out var row) && row.State == RowState.Processed));
        report.Add("payloads whose message was never sent, removed by a sweep a day later", state.SweptPayloads);
        report.Add("poison bodies whose document was removed before a death, likewise", state.SweptBodies);
        report.MustBeZero("payloads and poison bodies left after that", state.Ownerless);
    }

    /// <summary>
    /// No handler may run again once its end is noted, and every repetition before that must be explained.
    /// </summary>
    public static void AddRuns(Report report, IEnumerable<HandlerRun> runs, StoredState state, Repetitions repetitions)
    {
        var unfinished = new List<string>();
        var explained = Enum.GetValues<Repetition>().ToDictionary(reason => reason, _ => new List<string>());
        var once = 0;
        var byHandler = runs.GroupBy(run => (run.Handler, run.Source, run.EventId)).ToDictionary(group => group.Key, group => group.OrderBy(run => run.StartedAt).ToList());
        foreach (var ((handler, source, id), ofEvent) in byHandler)
        {
            once += ofEvent.Count == 1 ? 1 : 0;
            foreach (var (run, next) in ofEvent.Zip(ofEvent.Skip(1)))
                explained[repetitions.Explain(run, next)].Add($"{handler} of {source}/{id}: {run} {next}");
        }

        foreach (var ((source, id), _) in state.Rows.Where(row => row.Value.State == RowState.Processed))
        {
            foreach (var handler in new[] { CountingHandler.Name, FailingHandler.Name })
            {
                if (!byHandler.TryGetValue((handler, source, id), out var ofEvent) || !ofEvent.Exists(run => run is { EndedAt: not null, HasFailed: false }))
                    unfinished.Add($"{handler} of {source}/{id}");
            }
        }

        report.Add("handler runs", byHandler.Values.Sum(ofEvent => ofEvent.Count));
        report.Add("handlers that ran once for their event", once);
        report.Add("ran again: had failed, as the event told it", explained[Repetition.Failed].Count);
        report.Add("ran again: its process was killed before its end was noted", explained[Repetition.Killed].Count);
        report.Add("ran again: storage failed before its end was noted", explained[Repetition.StorageFailed].Count);
        report.MustBeZero("RAN AGAIN THOUGH ITS END WAS NOTED", explained[Repetition.Noted]);
        report.MustBeZero("RAN AGAIN WITHOUT AN EXPLANATION", explained[Repetition.Unexplained]);
        report.MustBeZero("Processed, but a handler never finished", unfinished);
    }

    /// <summary>
    /// What is archived is, byte by byte, what was sent: all large bodies and some of the small ones.
    /// </summary>
    public static async Task AddBodiesAsync(Report report, IReadOnlyList<Webhook> webhooks, StoredState state, StorageClients clients)
    {
        var archived = webhooks.Where(webhook => state.Archive.ContainsKey((webhook.Source.Name, webhook.EventId))).ToList();
        var step = Math.Max(1, archived.Count / BodiesCompared);
        var wrong = new List<string>();
        var compared = 0;
        foreach (var (index, webhook) in archived.Index())
        {
            if (index % step != 0 && webhook.Outgoing.Body.Length < Queueing.EventQueue.MaxMessageBytes)
                continue;

            compared++;
            var name = state.Archive[(webhook.Source.Name, webhook.EventId)][0];
            var archivedEvent = CloudEvent.Parse(await DownloadAsync(clients.Archive, name))!;
            var body = archivedEvent.ExtensionAttributes.TryGetValue("payload", out var payload)
                ? await DownloadAsync(clients.Archive, (string)payload)
                : archivedEvent.Data!;
            if (!body.ToMemory().Span.SequenceEqual(webhook.Outgoing.Body.Span))
                wrong.Add(name);
        }

        report.Add("archived bodies compared with what was sent", compared);
        report.MustBeZero("archived bodies that differ", wrong);
    }

    private static async Task<BinaryData> DownloadAsync(BlobContainerClient container, string name)
        => (await container.GetBlobClient(name).DownloadContentAsync()).Value.Content;

    private static List<string> Names(IEnumerable<(string Source, string EventId)> keys) => [.. keys.Select(key => $"{key.Source}/{key.EventId}")];

    private static List<string> Repeat(long count) => [.. Enumerable.Repeat("a message", (int)count)];
}
