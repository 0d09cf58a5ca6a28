using System.Collections.Concurrent;
using System.Net;
using Azure.Data.Tables;
using Azure.Messaging;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// Two instances on one storage, of which the first can die, and a clock that the test sets. Messages are taken from
/// the wire and delivered by the test, so that nothing waits for an invisibility to end: a test of the order of steps,
/// not of time.
/// </summary>
internal sealed class CrashLab : IAsyncDisposable
{
    /// <summary>The first handler after the archive.</summary>
    public const string First = "first";

    /// <summary>The last handler.</summary>
    public const string Last = "last";

    private const int MostRounds = 50;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly StorageClock _clock = new();
    private readonly ConcurrentQueue<SentMessage> _sent = new();
    private int _webhooks;

    private CrashLab()
    {
    }

    /// <summary>The instance that dies.</summary>
    public Mortal Dying { get; private set; } = null!;

    /// <summary>The instance that goes on.</summary>
    public Mortal Other { get; private set; } = null!;

    /// <summary>The handlers' runs of the case.</summary>
    public ConcurrentQueue<HandlerRun> Runs { get; } = new();

    /// <summary>How many attempts of the case fail.</summary>
    public int Failures { get; set; }

    /// <summary>Up to which redrive they do.</summary>
    public int FailingRedrives { get; set; }

    /// <summary>Whether the first handler's process dies inside it.</summary>
    public bool DiesInHandler { get; set; }

    /// <summary>The event of the case.</summary>
    public string EventId { get; private set; } = "";

    /// <summary>Starts both instances.</summary>
    public static async Task<CrashLab> StartAsync(string storage)
    {
        var lab = new CrashLab();
        lab.Dying = await Mortal.StartAsync(storage, lab._clock, lab._sent.Enqueue, proxied => lab.StartHostAsync(proxied, () => lab.Dying));
        lab.Other = await Mortal.StartAsync(storage, lab._clock, lab._sent.Enqueue, proxied => lab.StartHostAsync(proxied, () => lab.Other));
        return lab;
    }

    /// <summary>Begins a case: both live, nothing is under way.</summary>
    /// <param name="failures">How many attempts fail.</param>
    /// <param name="isLarge">Whether the body is too large for a message.</param>
    /// <returns>The body of a webhook that was not sent.</returns>
    public string Begin(int failures = 0, bool isLarge = false)
    {
        Dying.Live();
        Other.Live();
        Runs.Clear();
        _sent.Clear();
        Failures = failures;
        FailingRedrives = 0;
        DiesInHandler = false;
        return $$$"""{"event":{"type":"crashed"},"number":{{{_webhooks++}}},"padding":"{{{new string('x', isLarge ? 100_000 : 10)}}}"}""";
    }

    /// <summary>Sends a webhook to an instance.</summary>
    /// <returns>Whether it got a 2xx.</returns>
    public async Task<bool> SendAsync(Mortal instance, string body)
    {
        var (status, _, id) = await instance.Host.SendBeginiAsync(body);
        EventId = id ?? EventId;
        // The dead do not answer.
        return status == HttpStatusCode.OK && !instance.IsDead;
    }

    /// <summary>Sends a webhook, and has it processed in as many attempts.</summary>
    public async Task AttemptAsync(string body, int attempts)
    {
        Assert.True(await SendAsync(Other, body));
        for (var i = 0; i < attempts; i++)
            Assert.True(await DeliverAsync(Other, Assert.Single(TakeSent()).Body));
    }

    /// <summary>Delivers a message of the queue to an instance.</summary>
    /// <returns>Whether it was dealt with; the host redelivers it if not.</returns>
    public static async Task<bool> DeliverAsync(Mortal instance, BinaryData message, bool isPoison = false)
    {
        try
        {
            var ingestion = instance.Host.Ingestion;
            await (isPoison ? ingestion.KeepPoisonAsync(message, CancellationToken.None) : ingestion.ProcessAsync(message, CancellationToken.None));
            return !instance.IsDead;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>Takes the messages that have been sent so far.</summary>
    public IReadOnlyList<SentMessage> TakeSent()
    {
        var messages = new List<SentMessage>();
        while (_sent.TryDequeue(out var message))
            messages.Add(message);
        return messages;
    }

    /// <summary>Puts a message back, as one that the host redelivers.</summary>
    public void PutBack(SentMessage message) => _sent.Enqueue(message);

    /// <summary>Lets the leases of the dead end.</summary>
    public void LetLeasesEnd()
    {
        _time.Advance(Lease + TimeSpan.FromSeconds(3));
        _clock.Advance(Lease + TimeSpan.FromSeconds(3));
    }

    /// <summary>Sweeps a day later, when no upload can be under way any more.</summary>
    /// <returns>The payloads, and the blobs in poison, that are left.</returns>
    public async Task<IReadOnlyList<string>> SweepADayLaterAsync()
    {
        await ClearQueuesAsync();
        _time.Advance(TimeSpan.FromHours(25));
        await Other.Host.Ingestion.SweepAsync(CancellationToken.None);
        return [.. await Other.Host.ListPayloadsAsync(), .. await Other.Host.ListPoisonAsync()];
    }

    /// <summary>The instance that goes on deals with every message that has been sent so far.</summary>
    /// <returns>Whether there was any.</returns>
    public async Task<bool> DealWithAllAsync()
    {
        var messages = TakeSent();
        foreach (var message in messages)
            Assert.True(await DeliverAsync(Other, message.Body, message.Queue.EndsWith("-poison", StringComparison.Ordinal)));
        return messages.Count > 0;
    }

    /// <summary>
    /// The instance that goes on deals with every message, and with those that come of it, until there are none.
    /// </summary>
    public async Task DrainAsync()
    {
        var round = 0;
        do
        {
            Assert.True(round++ < MostRounds, "Copies of messages are exchanged without an end.");
            // The holder of a row is dead by now, and copies become visible in time.
            LetLeasesEnd();
        }
        while (await DealWithAllAsync());
    }

    /// <summary>Deletes what has been dealt with: of both queues everything.</summary>
    public async Task ClearQueuesAsync()
    {
        await Other.Host.Clients.Events.ClearMessagesAsync();
        await Other.Host.Clients.PoisonQueue.ClearMessagesAsync();
    }

    /// <summary>Lets the retention end for everything that has been done so far.</summary>
    public void LetTheRetentionEnd()
    {
        _time.Advance(TimeSpan.FromDays(8));
        _clock.Advance(TimeSpan.FromDays(8));
    }

    /// <summary>
    /// Makes the only webhook that there is a row of the event of the case, also if its request got no answer.
    /// </summary>
    public async Task FindEventAsync()
    {
        var row = Assert.Single(await Other.Host.Clients.Rows.QueryAsync<TableEntity>("PartitionKey ne 'Sweep'").ToListAsync());
        EventId = row.PartitionKey[^2..] + row.RowKey;
    }

    /// <summary>Lets the next sweep begin with the part of the table that holds the case's row.</summary>
    public Task TurnToPartAsync() => Other.Host.Get<SweepBookmark>().WritePartAsync("begini", Part, CancellationToken.None);

    /// <summary>Whether a call of the sweep is about a part of the table that holds nothing of the case.</summary>
    public bool IsOfAnotherPart(StorageCall call)
    {
        if (call.Service != StorageService.Table)
            return false;
        var isOfAnotherSource = call.Path.Contains("'aghanim'", StringComparison.Ordinal) || call.Path.Contains("'standard'", StringComparison.Ordinal);
        if (call.Method == "GET" && !isOfAnotherSource)
            return call.Query.Contains("filter", StringComparison.Ordinal) && !call.Query.Contains($"begini-{EventId[..2]}", StringComparison.Ordinal);
        return isOfAnotherSource;
    }

    /// <summary>Sweeps once.</summary>
    /// <returns>Whether it came to its end.</returns>
    public static async Task<bool> SweepAsync(Mortal instance)
    {
        try
        {
            await instance.Host.Ingestion.SweepAsync(CancellationToken.None);
            return true;
        }
        catch (Exception) when (instance.IsDead)
        {
            return false;
        }
    }

    /// <summary>How many rows there are.</summary>
    public async Task<int> CountRowsAsync()
        => await Other.Host.Clients.Rows.QueryAsync<TableEntity>("PartitionKey ne 'Sweep'").CountAsync();

    /// <summary>Redrives every poison document there is.</summary>
    public async Task<IReadOnlyList<RedriveResult>> RedriveAsync(Mortal instance)
    {
        var results = new List<RedriveResult>();
        try
        {
            await foreach (var name in instance.Host.Get<PoisonStore>().ListAsync(source: null, CancellationToken.None))
                results.Add(await instance.Host.Get<Redriver>().RedriveAsync(name, CancellationToken.None));
        }
        catch (Exception) when (instance == Dying)
        {
            // Dead, or about to be: the next one finds what is left.
        }

        return results;
    }

    /// <summary>The state of the event's row.</summary>
    public async Task<RowState?> StateAsync() => (await Other.Host.FindRowAsync("begini", EventId))?.State;

    /// <summary>The bodies that the archive has of the event.</summary>
    public async Task<IReadOnlyList<string>> ArchivedAsync()
    {
        var bodies = new List<string>();
        foreach (var name in (await Other.Host.ListArchiveAsync()).Where(name => name.EndsWith($"/{EventId}.json", StringComparison.Ordinal)))
        {
            var archived = CloudEvent.Parse((await Other.Host.Clients.Archive.GetBlobClient(name).DownloadContentAsync()).Value.Content)!;
            bodies.Add(archived.ExtensionAttributes.TryGetValue("payload", out var payload)
                ? (await Other.Host.Clients.Archive.GetBlobClient((string)payload).DownloadContentAsync()).Value.Content.ToString()
                : archived.Data!.ToString());
        }

        return bodies;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Dying.DisposeAsync();
        await Other.DisposeAsync();
    }

    private int Part => Convert.FromHexString(EventId[..2])[0];

    private Task<IngestHost> StartHostAsync(string storage, Func<Mortal> self)
    {
        var settings = new Dictionary<string, string?>
        {
            // The dead try nothing twice.
            ["Webhooks:StorageTries"] = "1",
            ["Webhooks:Lease"] = Lease.ToString(),
            ["Webhooks:Sources:begini:Retention"] = "7.00:00:00",
            ["Webhooks:RetryDelays:0"] = "00:00:01",
            ["Webhooks:RetryDelays:1"] = "00:00:01",
        };
        return IngestHost.StartAsync(storage, settings, services => services
            .AddSingleton<TimeProvider>(_time)
            .AddHandler(new RecordingHandler(First, webhookEvent =>
            {
                Runs.Enqueue(new HandlerRun(First, self(), webhookEvent, HasSucceeded: true));
                if (DiesInHandler && self() == Dying)
                {
                    Dying.Die();
                    throw new InvalidOperationException("Dead.");
                }

                return Task.CompletedTask;
            }))
            .AddHandler(new RecordingHandler(Last, webhookEvent =>
            {
                var fails = webhookEvent.Redrive <= FailingRedrives && webhookEvent.Attempt <= Failures;
                Runs.Enqueue(new HandlerRun(Last, self(), webhookEvent, !fails));
                return fails ? throw new InvalidOperationException("The test says so.") : Task.CompletedTask;
            })));
    }
}
