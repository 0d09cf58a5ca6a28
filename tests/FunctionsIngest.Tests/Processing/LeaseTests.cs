using Azure;
using FunctionsIngest.Ledger;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Processing;

public sealed class LeaseTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_lease_is_renewed_at_half_of_it_for_as_long_as_a_handler_runs()
    {
        var handler = new Stalling();
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await handler.Begun;

        for (var half = 0; half < 4; half++)
        {
            var before = (await app.RowAsync(id)).ETag;
            app.Time.Advance(Lease / 2);
            await IsRenewedAsync(app, id, before);
        }

        handler.End();
        await processing;
        Assert.Equal((RowState.Processed, null), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Lease));
        Assert.Equal(1, handler.Runs);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_renewal_that_fails_is_not_the_last(bool isSilent)
    {
        var handler = new Stalling();
        await using var app = await ObservedHost.StartAsync(
            azurite, [handler], [new("Webhooks:StorageTries", "1"), new("Webhooks:StorageTryTimeout", isSilent ? "00:00:01" : "00:00:25")]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await handler.Begun;
        app.Fail(StorageStep.NoteHandler, isSilent ? StorageFault.Silent : StorageFault.Answer(503, "ServerBusy"), times: 1);

        app.Time.Advance(Lease / 2);
        await ObservedHost.UntilAsync(() => Task.FromResult(app.Host.Log.GetSnapshot().Any(record => record.Message.StartsWith("The lease of a row could not be renewed", StringComparison.Ordinal))));
        var before = (await app.RowAsync(id)).ETag;
        app.Time.Advance(Lease / 2);
        await IsRenewedAsync(app, id, before);

        handler.End();
        await processing;
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task Whoever_has_lost_the_row_runs_no_further_handler()
    {
        var stalling = new Stalling();
        var next = new RecordingHandler("next");
        await using var app = await ObservedHost.StartAsync(azurite, [stalling, next]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await stalling.Begun;
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, Lease));

        stalling.End();
        await processing;

        // The message has gone through the table again, and met a live lease.
        Assert.Empty(next.Runs);
        var copy = Assert.Single(app.Proxy.Sent);
        Assert.InRange(copy.Delay, 295, 303);
        Assert.Equal("somebody-else", (await app.RowAsync(id)).Owner);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    [InlineData(60 * 24 * 30)]
    public async Task Whether_a_lease_is_live_is_told_by_the_clock_of_storage_and_not_by_that_of_an_instance(int minutesAhead)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, Lease));
        app.Time.AdjustTime(app.Time.GetUtcNow().AddMinutes(minutesAhead));

        await app.Host.ProcessAsync(message);
        Assert.Empty(handler.Runs);
        Assert.InRange(Assert.Single(app.Proxy.Sent).Delay, 290, 303);

        app.Proxy.Clock.Advance(Lease - TimeSpan.FromSeconds(20));
        await app.Host.ProcessAsync(message);
        Assert.Empty(handler.Runs);

        app.Proxy.Clock.Advance(TimeSpan.FromSeconds(23));
        await app.Host.ProcessAsync(message);
        Assert.Single(handler.Runs);
    }

    [Fact]
    public async Task A_holder_that_could_not_renew_its_lease_for_as_long_as_it_is_starts_no_handler()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.LoadPayload, StorageFault.Until(released.Task), times: 1);
        var processing = app.Host.ProcessAsync(message);
        await ObservedHost.UntilAsync(() => Task.FromResult(app.Steps.Contains(StorageStep.LoadPayload)));

        // From here on no renewal succeeds.
        using (app.Proxy.Inject(StorageFault.Answer(503, "ServerBusy"), call => call.Service == StorageService.Table && call.Method == "PUT", times: 2))
        {
            for (var half = 1; half <= 2; half++)
            {
                app.Time.Advance(Lease / 2);
                var renewals = half;
                await ObservedHost.UntilAsync(() => Task.FromResult(app.Host.Log.GetSnapshot().Count(record => record.Message.StartsWith("The lease of a row could not be renewed", StringComparison.Ordinal)) >= renewals));
            }
        }

        released.SetResult();
        await processing;

        // To storage the lease is live: the message has gone through the table again, and waits.
        Assert.Empty(handler.Runs);
        Assert.InRange(Assert.Single(app.Proxy.Sent).Delay, 200, 303);
        Assert.Equal(RowState.Processing, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task What_has_been_done_has_been_done_whatever_the_row_says_by_now()
    {
        var stalling = new Stalling();
        await using var app = await ObservedHost.StartAsync(azurite, [stalling]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await stalling.Begun;
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, Lease));

        stalling.End();
        await processing;

        Assert.Equal((RowState.Processed, null), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Lease));
        await app.Host.ProcessAsync(message);
        Assert.Equal(1, stalling.Runs);
        Assert.Empty(app.Proxy.Sent);
    }

    [Fact]
    public async Task Whoever_has_lost_the_row_does_not_give_up_the_lease_of_another()
    {
        var stalling = new Stalling();
        await using var app = await ObservedHost.StartAsync(azurite, [stalling], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await stalling.Begun;
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, Lease));
        // The first meets the other's row; the second fails.
        var writes = 0;
        using var failing = app.Proxy.Inject(StorageFault.CutBefore, call => StorageSteps.Of(call) == StorageStep.MarkProcessed && Interlocked.Increment(ref writes) > 1);

        stalling.End();
        await processing;

        Assert.Equal(2, writes);
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Processing, "somebody-else", Lease), (row.State, row.Owner, row.Lease));
    }

    [Fact]
    public async Task What_has_been_done_has_been_done_even_if_the_row_has_expired_by_now()
    {
        var stalling = new Stalling();
        await using var app = await ObservedHost.StartAsync(azurite, [stalling]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await stalling.Begun;
        await app.ExpireRowAsync(id);

        stalling.End();
        await processing;

        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task An_event_given_up_while_it_was_still_running_is_no_poison_after_all()
    {
        var stalling = new Stalling();
        await using var app = await ObservedHost.StartAsync(azurite, [stalling]);
        var (id, message) = await app.AcceptAsync();
        var processing = app.Host.ProcessAsync(message);
        await stalling.Begun;
        // It stalls past its lease, and the host gives up its message.
        app.Proxy.Clock.Advance(Lease + TimeSpan.FromSeconds(3));
        await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);
        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        Assert.Single(await app.Host.ListPoisonAsync());

        stalling.End();
        await processing;

        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    public async Task However_many_processors_race_for_a_message_each_handler_runs_once(int processors)
    {
        var one = new RecordingHandler("one");
        var two = new RecordingHandler("two");
        var storage = azurite.NewStorage();
        var hosts = new List<IngestHost>();
        for (var i = 0; i < 2; i++)
            hosts.Add(await IngestHost.StartAsync(storage, services: services => services.AddHandler(one).AddHandler(two)));

        var messages = new List<(string Id, BinaryData Message)>();
        for (var i = 0; i < 5; i++)
            messages.Add(await hosts[0].AcceptAsync($"{i}"));

        // Each message several times, by two instances.
        await Task.WhenAll(messages.SelectMany(message => Enumerable.Range(0, processors).Select(i => Task.Run(() => hosts[i % 2].ProcessAsync(message.Message)))));

        Assert.Equal(messages.Select(message => message.Id).Order(), one.Runs.Select(run => run.Id).Order());
        Assert.Equal(messages.Select(message => message.Id).Order(), two.Runs.Select(run => run.Id).Order());
        foreach (var (id, message) in messages)
        {
            Assert.Equal((RowState.Processed, 1), ((await hosts[0].RowAsync(id)).State, (await hosts[0].RowAsync(id)).Takes));
            await hosts[1].ProcessAsync(message);
        }

        Assert.Equal(5, one.Runs.Count);
        foreach (var host in hosts)
            await host.DisposeAsync();
    }

    private static Task IsRenewedAsync(ObservedHost app, string id, ETag before)
        => ObservedHost.UntilAsync(async () => await app.RowAsync(id) is { Lease: { } lease } row && lease == Lease && row.ETag != before);

    private sealed class Stalling : INamedHandler
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _runs;

        public string Name => "stalling";

        public Task Begun => _begun.Task;

        public int Runs => _runs;

        public void End() => _end.SetResult();

        public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            _begun.TrySetResult();
            return _end.Task;
        }
    }
}
