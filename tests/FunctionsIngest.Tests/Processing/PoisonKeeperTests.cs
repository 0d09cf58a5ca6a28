using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Processing;

public sealed class PoisonKeeperTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task An_event_with_which_the_process_died_is_taken_and_given_up()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, TimeSpan.FromMinutes(5)));
        app.Proxy.Clock.Advance(TimeSpan.FromMinutes(6));

        await KeepAsync(app, message);

        Assert.Empty(handler.Runs);
        Assert.Equal([StorageStep.Look, StorageStep.Take, StorageStep.StorePoison, StorageStep.MarkPoisoned], app.Steps);
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Poisoned, "The process died.", null), (row.State, row.Reason, row.Lease));
        var (document, _) = (await app.Host.Get<PoisonStore>().ReadAsync($"begini/{id}", CancellationToken.None))!.Value;
        Assert.Equal("The process died.", document.Reason);

        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        await app.Host.ProcessVisibleAsync();
        Assert.Single(handler.Runs);
    }

    [Theory]
    [InlineData(nameof(RowState.Processed))]
    [InlineData(nameof(RowState.Poisoned))]
    public async Task At_its_end_nothing_is_kept(string state)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => row.State = Enum.Parse<RowState>(state));

        await KeepAsync(app, message);

        Assert.Equal([StorageStep.Look], app.Steps);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_message_whose_retry_has_taken_over_is_dropped()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row =>
        {
            EventProcessorTests.Held(row, TimeSpan.FromMinutes(5));
            row.Attempt = 2;
        });

        await KeepAsync(app, message);

        Assert.Equal([StorageStep.Look], app.Steps);
        Assert.Equal(RowState.Processing, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task On_a_live_lease_the_message_comes_back_to_the_poison_queue()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, TimeSpan.FromMinutes(2)));

        await KeepAsync(app, message);

        var copy = Assert.Single(app.Proxy.Sent);
        Assert.Equal(("webhook-events-poison", "-1"), (copy.Queue, copy.TimeToLive));
        Assert.InRange(copy.Delay, 115, 123);
        Assert.Equal(message.ToArray(), copy.Body.ToArray());
        Assert.Equal(RowState.Processing, (await app.RowAsync(id)).State);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task An_event_whose_row_has_expired_is_given_up_all_the_same()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        await app.ExpireRowAsync(id);

        await KeepAsync(app, message);

        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        Assert.Equal([$"begini/{id}.json"], await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_large_body_goes_along_and_a_lost_one_is_said_to_be_lost()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (kept, message) = await app.AcceptAsync(ObservedHost.LargeBody("a"));
        var (lost, lostMessage) = await app.AcceptAsync(ObservedHost.LargeBody("b"));
        await app.Host.Clients.Payloads.GetBlobClient(ObservedHost.Read(lostMessage).Payload).DeleteAsync();

        await KeepAsync(app, message);
        await KeepAsync(app, lostMessage);

        var body = await app.Host.Clients.Poison.GetBlobClient($"begini/{kept}.body").DownloadContentAsync();
        Assert.Equal(ObservedHost.LargeBody("a"), body.Value.Content.ToString());
        Assert.Empty(await app.Host.ListPayloadsAsync());
        Assert.StartsWith("The process died. The body is missing", (await app.RowAsync(lost)).Reason);
    }

    [Fact]
    public async Task A_message_that_nobody_can_read_is_kept()
    {
        await using var app = await ObservedHost.StartAsync(azurite);

        await KeepAsync(app, BinaryData.FromString("not even JSON"));

        Assert.StartsWith("unreadable/", Assert.Single(await app.Host.ListPoisonAsync()));
    }

    [Theory]
    [InlineData(nameof(StorageStep.LoadPayload))]
    [InlineData(nameof(StorageStep.StorePoison))]
    [InlineData(nameof(StorageStep.MarkPoisoned))]
    public async Task Storage_that_fails_leaves_the_message_to_the_host_and_the_row_to_whoever_gets_it_next(string step)
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        using (app.Fail(Enum.Parse<StorageStep>(step), StorageFault.CutBefore, times: 1))
            await Assert.ThrowsAnyAsync<Exception>(() => KeepAsync(app, message));
        Assert.Null((await app.RowAsync(id)).Lease);

        await KeepAsync(app, message);

        Assert.Empty(app.Proxy.Sent);
        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        Assert.Equal([$"begini/{id}.body", $"begini/{id}.json"], await app.Host.ListPoisonAsync());
        Assert.Empty(await app.Host.ListPayloadsAsync());
    }

    [Fact]
    public async Task A_lease_that_cannot_be_given_up_ends_by_itself()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync();
        using (app.Fail(StorageStep.StorePoison, StorageFault.CutBefore))
        using (app.Fail(StorageStep.NoteFailure, StorageFault.CutBefore))
            await Assert.ThrowsAnyAsync<Exception>(() => KeepAsync(app, message));
        Assert.NotNull((await app.RowAsync(id)).Lease);

        app.Proxy.Clock.Advance(TimeSpan.FromMinutes(6));
        await KeepAsync(app, message);

        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        Assert.Single(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task An_event_that_is_processed_meanwhile_leaves_no_document()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.MarkPoisoned, StorageFault.Until(released.Task), times: 1);

        await app.MeanwhileAsync(StorageStep.MarkPoisoned, KeepAsync(app, message), () => app.PutRowAsync(id, EndedByAnother), released.SetResult);

        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Empty(await app.Host.ListPoisonAsync());

        static void EndedByAnother(LedgerRow row) => (row.State, row.Owner) = (RowState.Processed, "somebody-else");
    }

    private static Task KeepAsync(ObservedHost app, BinaryData message) => app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);
}
