using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Messaging;
using Azure.Storage.Blobs.Models;
using FunctionsIngest.Bodies;
using FunctionsIngest.Ledger;
using FunctionsIngest.Outbound;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Local.Demo;

/// <summary>
/// Sends genuine, changed, replayed and stale webhooks of every source over HTTP, and looks at what became of them.
/// </summary>
internal sealed class Demonstration(LocalHost host, HttpClient http)
{
    private const string ChangedIdPrefix = "Sample_";

    private static readonly TimeSpan LongestProcessing = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time = host.Services.GetRequiredService<TimeProvider>();
    private readonly LedgerTable _rows = host.Services.GetRequiredService<LedgerTable>();
    private readonly StorageClients _clients = host.Services.GetRequiredService<StorageClients>();

    /// <summary>Runs it for one source.</summary>
    /// <exception cref="StartUpException">There is no key here that can sign for the source.</exception>
    public async Task<IReadOnlyList<DemoCase>> RunAsync(Source source)
    {
        var webhook = Sign(source, _time.GetUtcNow());
        var genuine = Expect(source, "genuine", HttpStatusCode.OK, "accepted", mustBeProcessed: true);
        var changed = Expect(source, "one byte changed", HttpStatusCode.Forbidden, source.Scheme.Refusal);
        var replayed = Expect(source, "replayed", HttpStatusCode.OK, "duplicate");

        await SendAsync(changed, Change(webhook));
        var eventId = await SendAsync(genuine, webhook);
        await SendAsync(replayed, webhook);
        var stale = await SendStaleAsync(source);

        if (eventId is not null)
            await WaitForProcessingAsync(genuine, source, eventId, Encoding.UTF8.GetString(webhook.Body));
        return [genuine, changed, replayed, stale];
    }

    private static DemoCase Expect(Source source, string webhook, HttpStatusCode status, string word, bool mustBeProcessed = false)
        => new() { Source = source.Name, Webhook = webhook, ExpectedStatus = status, ExpectedWord = word, MustBeProcessed = mustBeProcessed };

    private SignedWebhook Sign(Source source, DateTimeOffset sentAt)
        => SampleWebhook.Create(source, host.Configuration, http.BaseAddress!, sentAt)
            ?? throw new StartUpException($"No secret of the source '{source.Name}' can sign here. Remove the file secrets.json of the local data, and it is made anew.");

    private static SignedWebhook Change(SignedWebhook webhook)
    {
        var text = Encoding.UTF8.GetString(webhook.Body).Replace(SampleWebhook.IdPrefix, ChangedIdPrefix, StringComparison.Ordinal);
        return webhook with { Body = Encoding.UTF8.GetBytes(text) };
    }

    private async Task<DemoCase> SendStaleAsync(Source source)
    {
        if (source.Scheme.PastTolerance == TimeSpan.Zero)
            return new DemoCase { Source = source.Name, Webhook = "stale" };

        var stale = Expect(source, "stale", HttpStatusCode.Forbidden, source.Scheme.Refusal);
        await SendAsync(stale, Sign(source, _time.GetUtcNow() - source.Scheme.PastTolerance - TimeSpan.FromMinutes(1)));
        return stale;
    }

    /// <returns>The event's id, if one was answered.</returns>
    private async Task<string?> SendAsync(DemoCase demoCase, SignedWebhook webhook)
    {
        using var request = webhook.ToRequest();
        using var response = await http.SendAsync(request);
        demoCase.Status = response.StatusCode;
        var answer = await response.Content.ReadAsStringAsync();
        try
        {
            var json = JsonNode.Parse(answer);
            demoCase.Word = (string?)(json?["status"] is JsonValue status && status.GetValueKind() == JsonValueKind.String ? status : json?["detail"]);
            return (string?)json?["id"];
        }
        catch (JsonException)
        {
            demoCase.Word = answer;
            return null;
        }
    }

    private async Task WaitForProcessingAsync(DemoCase demoCase, Source source, string eventId, string body)
    {
        var started = _time.GetTimestamp();
        RowState? state;
        do
        {
            await Task.Delay(LookAgain, _time);
            state = await StateOfAsync(source, eventId);
        }
        while (state is not (RowState.Processed or RowState.Poisoned) && _time.GetElapsedTime(started) < LongestProcessing);

        var archived = await ArchivedAsync(source, eventId);
        demoCase.IsProcessed = state == RowState.Processed && archived is [var only] && only == body;
        demoCase.Processing = demoCase.IsProcessed ? "once, archived byte for byte" : $"{state?.ToString() ?? "no row"}, {archived.Count} in the archive";
    }

    private async Task<RowState?> StateOfAsync(Source source, string eventId)
    {
        var key = new EventKey(source.Name, eventId);
        return (await _rows.FindAsync(key.PartitionKey, key.RowKey, CancellationToken.None))?.State;
    }

    private async Task<IReadOnlyList<string>> ArchivedAsync(Source source, string eventId)
    {
        var bodies = new List<string>();
        await foreach (var blob in _clients.Archive.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{source.Name}/", CancellationToken.None))
        {
            if (!blob.Name.EndsWith($"/{eventId}.json", StringComparison.Ordinal))
                continue;

            var document = await EventDocument.ReadAsync<CloudEvent>(_clients.Archive, blob.Name[..^".json".Length], CancellationToken.None);
            bodies.Add(document?.Document.Data?.ToString() ?? "");
        }

        return bodies;
    }
}
