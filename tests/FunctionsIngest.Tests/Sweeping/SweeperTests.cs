using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using FunctionsIngest.Ledger;
using FunctionsIngest.Sweeping;
using FunctionsIngest.Telemetry;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace FunctionsIngest.Tests.Sweeping;

public sealed partial class SweeperTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    // Its scheme signs no time, and would be remembered for 180 days.
    private static readonly KeyValuePair<string, string?>[] Settings = [new("Webhooks:Sources:begini:Retention", "7.00:00:00")];

    [Fact]
    public async Task What_the_host_moved_to_the_poison_queue_is_kept_before_it_expires()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
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
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
        await app.Host.Clients.PoisonQueue.DeleteAsync();
        await app.Host.Clients.Payloads.DeleteAsync();

        await SweepAsync(app);

        Assert.False((await app.Host.Clients.PoisonQueue.ExistsAsync()).Value);
    }

    [Fact]
    public async Task Rows_expire_by_their_last_change_when_the_retention_has_passed_and_not_before()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
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
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
        if (!areQueuesEmpty)
            await app.Host.Clients.Events.SendMessageAsync("anything", TimeSpan.FromDays(1));
        await PutRowsAsync(app, part: 0, 2, Enum.Parse<RowState>(state));
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));

        await SweepAsync(app);

        Assert.Equal(expires ? 0 : 2, await CountRowsAsync(app));
    }

    [Theory]
    [InlineData("0.01:00:00", 256)]
    [InlineData("1.06:00:00", 256)]
    [InlineData("7.00:00:00", 46)]
    [InlineData("30.00:00:00", 11)]
    [InlineData("180.00:00:00", 2)]
    [InlineData("365.00:00:00", 2)]
    public void A_round_takes_a_thirtieth_of_the_retention_of_an_hour_to_six_days(string retention, int parts)
        => Assert.Equal(parts, RowSweeper.PartsPerSweep(TimeSpan.Parse(retention, CultureInfo.InvariantCulture)));

    [Fact]
    public async Task A_thirtieth_of_the_retention_covers_every_part_of_a_source()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [.. Settings, new("Webhooks:Sources:standard:Retention", "30.00:00:00")]);

        for (var hour = 0; hour < 24; hour++)
        {
            await SweepAsync(app);
            if (hour == 5)
                Assert.Equal(256, Swept("begini"));
        }

        Assert.Equal(256, Swept("standard"));

        int Swept(string source) => app.Proxy.Calls.Select(PartitionOf).OfType<string>().Where(name => name.StartsWith(source, StringComparison.Ordinal)).Distinct().Count();
    }

    [Fact]
    public async Task Each_source_expires_by_its_own_retention()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:Sources:standard:Retention", "30.00:00:00")]);
        var started = app.Time.GetUtcNow();
        foreach (var source in new[] { "begini", "standard", "aghanim" })
            await PutRowsAsync(app, part: 0, 1, RowState.Processed, source);

        // Begini signs no time: 180 days.
        Assert.Equal(["begini", "standard"], await LeftAfterAsync(8));
        Assert.Equal(["begini"], await LeftAfterAsync(31));
        Assert.Equal(["begini"], await LeftAfterAsync(179));
        Assert.Empty(await LeftAfterAsync(181));

        async Task<IEnumerable<string>> LeftAfterAsync(int days)
        {
            app.Time.SetUtcNow(started.AddDays(days));
            foreach (var source in new[] { "begini", "standard", "aghanim" })
                await RewindAsync(app, source);
            await SweepAsync(app);
            var rows = await app.Host.Clients.Rows.QueryAsync<TableEntity>("PartitionKey ne 'Sweep'", select: ["PartitionKey"]).ToListAsync();
            return rows.Select(row => row.PartitionKey.Split('-')[0]).Order(StringComparer.Ordinal);
        }
    }

    [Fact]
    public async Task A_sweep_goes_on_where_the_last_one_was_stopped()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [.. Settings, new("Webhooks:StorageTries", "1")]);
        using (app.Proxy.Inject(StorageFault.Answer(500, "InternalError"), call => PartitionOf(call) == "begini-05"))
            await Assert.ThrowsAnyAsync<Exception>(() => SweepAsync(app));
        Assert.Equal(["begini-00", "begini-01", "begini-02", "begini-03", "begini-04", "begini-05"], Swept(app));
        app.Proxy.ForgetCalls();

        await SweepAsync(app);

        Assert.Equal(Enumerable.Range(5, 46).Select(part => $"begini-{part:x2}"), Swept(app));

        static IEnumerable<string> Swept(ObservedHost app)
            => app.Proxy.Calls.Select(PartitionOf).OfType<string>().Where(name => name.StartsWith("begini", StringComparison.Ordinal)).Distinct();
    }

    [Fact]
    public async Task Rows_are_removed_by_the_hundred_each_in_the_version_that_was_read()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
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
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
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
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
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
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
        await app.Host.Clients.Payloads.UploadBlobAsync("notes.txt", BinaryData.FromString("not ours"));
        app.Time.Advance(TimeSpan.FromDays(2));

        await SweepAsync(app);

        Assert.Equal(["notes.txt"], await app.Host.ListPayloadsAsync());
    }

    [Fact]
    public async Task The_calls_of_a_sweep_are_under_two_for_a_hundred_rows()
    {
        const int Rows = 16_000;
        await using var app = await ObservedHost.StartAsync(
            azurite, settings: [.. Settings, new("Webhooks:Sources:standard:Retention", "365.00:00:00"), new("Webhooks:Sources:aghanim:Retention", "365.00:00:00")]);
        for (var part = 0; part < 4; part++)
            await PutRowsAsync(app, part, Rows / 4, RowState.Processed);
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));
        app.Proxy.ForgetCalls();

        await SweepAsync(app);

        // Every call counts: the queues, the bookmark, and the parts where nothing was.
        Assert.InRange(app.Proxy.Calls.Count, Rows / 100, Rows * 0.02);
        Assert.Equal(0, await CountRowsAsync(app));
    }

    [Fact]
    public async Task However_many_payloads_are_old_a_sweep_ends_and_the_next_one_goes_on()
    {
        const int Payloads = 250;
        const int Calls = 60;
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings, services: services => services.AddSingleton(new SweepLimits { Calls = Calls, PageSize = 10 }));
        for (var i = 0; i < Payloads; i++)
            await app.Host.Clients.Payloads.UploadBlobAsync($"begini-00/{i:x62}/nobody", BinaryData.FromString("ownerless"));
        app.Time.Advance(TimeSpan.FromDays(2));

        for (var left = Payloads; left > 0;)
        {
            app.Proxy.ForgetCalls();
            await SweepAsync(app);

            // A page that has been begun is brought to its end: its list, two counts, its bookmark, two calls a blob.
            Assert.InRange(app.Proxy.Calls.Count(call => call.Service == StorageService.Blob && call.Path.StartsWith("/webhook-payloads", StringComparison.Ordinal)), 1, Calls + 24);
            var rest = (await app.Host.ListPayloadsAsync()).Count;
            Assert.InRange(left - rest, Math.Min(left, 20), 50);
            left = rest;
        }
    }

    [Fact]
    public async Task Payloads_that_stay_do_not_keep_a_sweep_from_those_behind_them()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings, services: services => services.AddSingleton(new SweepLimits { Calls = 40, PageSize = 10 }));
        var ids = await PutRowsAsync(app, part: 0, 100, RowState.Received);
        foreach (var id in ids)
            await app.Host.Clients.Payloads.UploadBlobAsync($"begini-00/{id[2..]}/waiting", BinaryData.FromString("needed"));
        await app.Host.Clients.Payloads.UploadBlobAsync($"begini-01/{new string('0', 62)}/nobody", BinaryData.FromString("ownerless"));
        app.Time.Advance(TimeSpan.FromDays(2));

        var sweeps = 0;
        while ((await app.Host.ListPayloadsAsync()).Count > 100)
        {
            await SweepAsync(app);
            Assert.InRange(++sweeps, 1, 4);
        }

        Assert.Equal(100, (await app.Host.ListPayloadsAsync()).Count);
    }

    [Fact]
    public async Task A_sweep_says_when_it_finished_and_whether_there_is_more_to_do()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings, services: services => services.AddSingleton(new SweepLimits { Calls = 30, PageSize = 10 }));
        using var finished = new MetricCollector<long>(app.Host.Get<IMeterFactory>(), IngestMetrics.MeterName, "ingest.sweep.finished");
        for (var i = 0; i < 60; i++)
            await app.Host.Clients.Payloads.UploadBlobAsync($"begini-00/{i:x62}/nobody", BinaryData.FromString("ownerless"));
        app.Time.Advance(TimeSpan.FromDays(2));

        do
            await SweepAsync(app);
        while ((await app.Host.ListPayloadsAsync()).Count > 0);
        using (app.Proxy.Inject(StorageFault.Answer(500, "InternalError"), call => call.Service == StorageService.Blob))
            await Assert.ThrowsAnyAsync<Exception>(() => SweepAsync(app));

        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        var noted = finished.GetMeasurementSnapshot();
        Assert.All(noted, measurement => Assert.Equal(now, measurement.Value));
        Assert.Equal("limited", noted[0].Tags["outcome"]);
        Assert.InRange(noted.Count, 2, 7);
    }

    [Fact]
    public async Task A_bookmark_that_cannot_be_read_means_the_beginning()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
        await PutRowsAsync(app, part: 0, 1, RowState.Processed);
        await app.Host.Clients.Payloads.UploadBlobAsync($"begini-00/{new string('0', 62)}/nobody", BinaryData.FromString("ownerless"));
        foreach (var (name, next) in new (string, object)[] { ("begini", "five"), ("aghanim", 256), ("standard", -1), ("Payloads", 5L), ("PoisonBodies", true) })
            await app.Host.Clients.Rows.UpsertEntityAsync(new TableEntity("Sweep", name) { ["Next"] = next });
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));

        await SweepAsync(app);

        Assert.Equal(0, await CountRowsAsync(app));
        Assert.Empty(await app.Host.ListPayloadsAsync());
    }

    [Fact]
    public async Task A_row_of_a_form_that_is_not_known_stays_is_counted_and_stops_nothing()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
        using var unreadable = new MetricCollector<long>(app.Host.Get<IMeterFactory>(), IngestMetrics.MeterName, "ingest.rows.unreadable");
        await PutRowsAsync(app, part: 0, 5, RowState.Processed);
        var odd = new TableEntity("begini-00", $"{new string('0', 61)}2") { ["State"] = "Forwarded", ["ReceivedAt"] = app.Time.GetUtcNow() };
        await app.Host.Clients.Rows.UpsertEntityAsync(odd, TableUpdateMode.Replace);
        await PutRowsAsync(app, part: 1, 5, RowState.Processed);
        await app.Host.Clients.Payloads.UploadBlobAsync($"{odd.PartitionKey}/{odd.RowKey}/needed", BinaryData.FromString("needed"));
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));

        await SweepAsync(app);

        Assert.Equal(1, await CountRowsAsync(app));
        Assert.Single(await app.Host.ListPayloadsAsync());
        Assert.Equal("begini", Assert.Single(unreadable.GetMeasurementSnapshot()).Tags["source"]);
        Assert.Single(app.Host.Log.GetSnapshot(), record => record.Message.StartsWith("1 old rows of begini are in a form", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_message_of_the_poison_queue_that_fails_keeps_no_other_from_being_kept()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [.. Settings, new("Webhooks:StorageTries", "1")]);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var (id, message) = await app.AcceptAsync($"{i}");
            ids.Add(id);
            await app.Host.Clients.PoisonQueue.SendMessageAsync(message);
        }

        await PutRowsAsync(app, part: 0, 1, RowState.Processed);
        app.Time.Advance(Retention + TimeSpan.FromMinutes(10));
        using (app.Proxy.Inject(StorageFault.Answer(500, "InternalError"), call => call.Path.Contains(ids[0], StringComparison.Ordinal)))
            await Assert.ThrowsAnyAsync<Exception>(() => SweepAsync(app));

        Assert.Equal([.. ids.Skip(1).Select(id => $"begini/{id}.json").Order(StringComparer.Ordinal)], await app.Host.ListPoisonAsync());
        Assert.Null(await app.Host.Get<LedgerTable>().FindAsync("begini-00", new string('0', 62), CancellationToken.None));
    }

    private static Task SweepAsync(ObservedHost app) => app.Host.Ingestion.SweepAsync(CancellationToken.None);

    private static async Task<IReadOnlyList<string>> PutRowsAsync(ObservedHost app, int part, int count, RowState state, string source = "begini")
    {
        var ids = Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{part:x2}{i:x62}")).ToList();
        foreach (var batch in ids.Chunk(100))
        {
            await app.Host.Clients.Rows.SubmitTransactionAsync(batch.Select(id =>
            {
                var row = new LedgerRow { PartitionKey = $"{source}-{id[..2]}", RowKey = id[2..], ReceivedAt = app.Time.GetUtcNow(), State = state };
                return new TableTransactionAction(TableTransactionActionType.Add, row.ToEntity());
            }));
        }

        return ids;
    }

    private static async Task<int> CountRowsAsync(ObservedHost app)
        => await app.Host.Clients.Rows.QueryAsync<TableEntity>("PartitionKey ne 'Sweep'", select: ["RowKey"]).CountAsync();

    private static Task RewindAsync(ObservedHost app, string source = "begini") => app.Host.Get<SweepBookmark>().WritePartAsync(source, 0, CancellationToken.None);

    private static string? PartitionOf(StorageCall call)
        => call is { Service: StorageService.Table, Method: "GET" } && PartitionFilter().Match(Uri.UnescapeDataString(call.Query)) is { Success: true } match
            ? match.Groups["partition"].Value
            : null;

    [GeneratedRegex("PartitionKey eq '(?<partition>[a-z0-9-]+)'")]
    private static partial Regex PartitionFilter();

    [GeneratedRegex("^DELETE ", RegexOptions.Multiline)]
    private static partial Regex DeleteLine();
}
