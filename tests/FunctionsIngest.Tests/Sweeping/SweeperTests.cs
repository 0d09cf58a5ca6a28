using System.Globalization;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using FunctionsIngest.Ledger;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Sweeping;

public sealed partial class SweeperTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    [Fact]
    public async Task What_the_host_moved_to_the_poison_queue_is_kept_before_it_expires()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var ids = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            var (id, message) = await app.AcceptAsync($"{i}");
            ids.Add(id);
            await app.Host.Clients.PoisonQueue.SendMessageAsync(message);
        }

        await app.Host.Clients.PoisonQueue.SendMessageAsync("not even JSON");
        await SweepAsync(app);

        Assert.Equal(0, (await app.Host.Clients.PoisonQueue.GetPropertiesAsync()).Value.ApproximateMessagesCountLong);
        Assert.Equal(41, (await app.Host.ListPoisonAsync()).Count);
        foreach (var id in ids)
            Assert.Equal((RowState.Poisoned, "The process died."), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Reason));
    }

    [Fact]
    public async Task A_sweep_of_nothing_creates_nothing_and_fails_at_nothing()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.Host.Clients.PoisonQueue.DeleteAsync();
        await app.Host.Clients.Payloads.DeleteAsync();

        await SweepAsync(app);

        Assert.False((await app.Host.Clients.PoisonQueue.ExistsAsync()).Value);
    }

    [Fact]
    public async Task Rows_expire_by_their_last_change_when_the_retention_has_passed_and_not_before()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await PutRowsAsync(app, part: 0, 3, RowState.Processed);

        app.Time.Advance(Retention - TimeSpan.FromMinutes(10));
        await SweepAsync(app);
        Assert.Equal(3, await CountRowsAsync(app));

        await RewindAsync(app);
        app.Time.Advance(TimeSpan.FromMinutes(20));
        await SweepAsync(app);
        Assert.Equal(0, await CountRowsAsync(app));
    }

    [Theory]
    [InlineData(nameof(RowState.Received), true, true)]
    [InlineData(nameof(RowState.HandedOver), true, true)]
    [InlineData(nameof(RowState.Processing), true, true)]
    [InlineData(nameof(RowState.Received), false, false)]
    [InlineData(nameof(RowState.HandedOver), false, false)]
    [InlineData(nameof(RowState.Processing), false, false)]
    [InlineData(nameof(RowState.Processed), false, true)]
    [InlineData(nameof(RowState.Poisoned), false, true)]
    public async Task A_row_that_is_not_finished_expires_only_when_no_message_waits(string state, bool areQueuesEmpty, bool expires)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        if (!areQueuesEmpty)
            await app.Host.Clients.Events.SendMessageAsync("anything", TimeSpan.FromDays(1));
        await PutRowsAsync(app, part: 0, 2, Enum.Parse<RowState>(state));
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));

        await SweepAsync(app);

        Assert.Equal(expires ? 0 : 2, await CountRowsAsync(app));
    }

    [Fact]
    public async Task A_day_of_sweeps_covers_every_part_of_every_source()
    {
        await using var app = await ObservedHost.StartAsync(azurite);

        for (var hour = 0; hour < 24; hour++)
            await SweepAsync(app);

        var partitions = app.Proxy.Calls.Select(PartitionOf).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        var all = from source in new[] { "aghanim", "begini", "standard" } from part in Enumerable.Range(0, 256) select $"{source}-{part:x2}";
        Assert.Equal(all, partitions);
    }

    [Fact]
    public async Task A_sweep_goes_on_where_the_last_one_was_stopped()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:StorageTries", "1")]);
        using (app.Proxy.Inject(StorageFault.Answer(500, "InternalError"), call => PartitionOf(call) == "begini-05"))
            await Assert.ThrowsAnyAsync<Exception>(() => SweepAsync(app));
        Assert.Equal(["begini-00", "begini-01", "begini-02", "begini-03", "begini-04", "begini-05"], Swept(app));
        app.Proxy.ForgetCalls();

        await SweepAsync(app);

        Assert.Equal(Enumerable.Range(5, 11).Select(part => $"begini-{part:x2}"), Swept(app));

        static IEnumerable<string> Swept(ObservedHost app)
            => app.Proxy.Calls.Select(PartitionOf).OfType<string>().Where(name => name.StartsWith("begini", StringComparison.Ordinal)).Distinct();
    }

    [Fact]
    public async Task Rows_are_removed_by_the_hundred_each_in_the_version_that_was_read()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await PutRowsAsync(app, part: 3, 250, RowState.Processed);
        var versions = await app.Host.Clients.Rows.QueryAsync<TableEntity>("PartitionKey ne 'Sweep'").Select(row => row.ETag.ToString("H")).ToListAsync();
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));
        app.Proxy.ForgetCalls();

        await SweepAsync(app);

        Assert.Equal(0, await CountRowsAsync(app));
        var batches = app.Proxy.Calls.Where(call => call.Path == "/$batch").Select(call => call.Body.ToString()).ToList();
        Assert.Equal([100, 100, 50], batches.Select(batch => DeleteLine().Count(batch)));
        var sent = string.Concat(batches);
        Assert.All(versions, version => Assert.Contains($"If-Match: {version}", sent, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_beside_one_that_changes_while_they_expire_stay_until_a_later_sweep(bool isRemoved)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var ids = await PutRowsAsync(app, part: 3, 5, RowState.Poisoned);
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));
        app.Proxy.ForgetCalls();
        var released = new TaskCompletionSource();
        app.Proxy.Inject(StorageFault.Until(released.Task), IsBatch, times: 1);

        var sweeping = SweepAsync(app);
        await ObservedHost.UntilAsync(() => Task.FromResult(app.Proxy.Calls.Any(IsBatch)));
        await (isRemoved ? app.ExpireRowAsync(ids[2]) : app.PutRowAsync(ids[2], row => row.State = RowState.Processed));
        released.SetResult();
        await sweeping;

        Assert.Equal(isRemoved ? 4 : 5, await CountRowsAsync(app));
        await RewindAsync(app);
        await SweepAsync(app);
        Assert.Equal(0, await CountRowsAsync(app));

        static bool IsBatch(StorageCall call) => call.Path == "/$batch";
    }

    [Fact]
    public async Task A_payload_stays_while_somebody_may_need_it()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var ids = new Dictionary<string, string>();
        foreach (var mark in new[] { "unfinished", "processed", "poisoned", "expired" })
            (ids[mark], _) = await app.AcceptAsync(ObservedHost.LargeBody(mark));
        await app.PutRowAsync(ids["processed"], row => row.State = RowState.Processed);
        await app.PutRowAsync(ids["poisoned"], row => row.State = RowState.Poisoned);
        await app.ExpireRowAsync(ids["expired"]);

        // Too young to be looked at: its request may still be sending.
        await SweepAsync(app);
        Assert.Equal(4, (await app.Host.ListPayloadsAsync()).Count);

        // A message waits: a redrive's, or one whose row has expired.
        app.Time.Advance(TimeSpan.FromDays(2));
        await app.Host.Clients.Events.SendMessageAsync("anything", TimeSpan.FromDays(1));
        await SweepAsync(app);
        Assert.Equal(Owners("expired", "poisoned", "unfinished"), await PayloadsAsync());

        await app.Host.Clients.Events.ClearMessagesAsync();
        await SweepAsync(app);
        Assert.Equal(Owners("unfinished"), await PayloadsAsync());

        IEnumerable<string> Owners(params string[] marks) => marks.Select(mark => ids[mark]).Order(StringComparer.Ordinal);

        async Task<IEnumerable<string>> PayloadsAsync()
            => (await app.Host.ListPayloadsAsync()).Select(name => name.Split('/')[0][^2..] + name.Split('/')[1]).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_is_not_ours_stays()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.Host.Clients.Payloads.UploadBlobAsync("notes.txt", BinaryData.FromString("not ours"));
        app.Time.Advance(TimeSpan.FromDays(2));

        await SweepAsync(app);

        Assert.Equal(["notes.txt"], await app.Host.ListPayloadsAsync());
    }

    [Fact]
    public async Task The_calls_of_a_sweep_are_under_two_for_a_hundred_rows()
    {
        const int Rows = 8000;
        await using var app = await ObservedHost.StartAsync(azurite);
        for (var part = 0; part < 4; part++)
            await PutRowsAsync(app, part, Rows / 4, RowState.Processed);
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));
        app.Proxy.ForgetCalls();

        await SweepAsync(app);

        // Every call counts: the queues, the bookmark, and the parts where nothing was.
        Assert.InRange(app.Proxy.Calls.Count, Rows / 100, Rows * 0.02);
        Assert.Equal(0, await CountRowsAsync(app));
    }

    private static Task SweepAsync(ObservedHost app) => app.Host.Ingestion.SweepAsync(CancellationToken.None);

    private static async Task<IReadOnlyList<string>> PutRowsAsync(ObservedHost app, int part, int count, RowState state)
    {
        var ids = Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{part:x2}{i:x62}")).ToList();
        foreach (var batch in ids.Chunk(100))
        {
            await app.Host.Clients.Rows.SubmitTransactionAsync(batch.Select(id =>
            {
                var row = new LedgerRow { PartitionKey = $"begini-{id[..2]}", RowKey = id[2..], ReceivedAt = app.Time.GetUtcNow(), State = state };
                return new TableTransactionAction(TableTransactionActionType.Add, row.ToEntity());
            }));
        }

        return ids;
    }

    private static async Task<int> CountRowsAsync(ObservedHost app)
        => await app.Host.Clients.Rows.QueryAsync<TableEntity>("PartitionKey ne 'Sweep'", select: ["RowKey"]).CountAsync();

    private static Task RewindAsync(ObservedHost app) => app.Host.Get<SweepBookmark>().WriteAsync(0, CancellationToken.None);

    private static string? PartitionOf(StorageCall call)
        => call is { Service: StorageService.Table, Method: "GET" } && PartitionFilter().Match(Uri.UnescapeDataString(call.Query)) is { Success: true } match
            ? match.Groups["partition"].Value
            : null;

    [GeneratedRegex("PartitionKey eq '(?<partition>[a-z0-9-]+)'")]
    private static partial Regex PartitionFilter();

    [GeneratedRegex("^DELETE ", RegexOptions.Multiline)]
    private static partial Regex DeleteLine();
}
