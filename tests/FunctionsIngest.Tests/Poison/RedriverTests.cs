using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Processing;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Poison;

public sealed class RedriverTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private bool _isBroken = true;

    [Fact]
    public async Task A_redrive_is_a_new_delivery_whose_first_attempt_runs_what_has_not_finished()
    {
        var one = new RecordingHandler("one");
        var two = Fragile();
        await using var app = await ObservedHost.StartAsync(azurite, [one, two]);
        var (id, message) = await GiveUpAsync(app);
        _isBroken = false;

        Assert.Equal(RedriveResult.Sent, await RedriveAsync(app, id));
        Assert.Empty(await app.Host.ListPoisonAsync());
        var redriven = ObservedHost.Read(Assert.Single(await app.Host.PeekAsync()));
        Assert.Equal((1, 1), (redriven.Redrive, redriven.Attempt));
        Assert.NotEqual(ObservedHost.Read(message).Delivery, redriven.Delivery);
        await app.Host.ProcessVisibleAsync();

        Assert.Single(one.Runs);
        Assert.Equal((1, 1, true), (two.Runs[^1].Redrive, two.Runs[^1].Attempt, two.Runs[^1].MayHaveRun));
        Assert.Equal((RowState.Processed, 1), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Redrive));
    }

    [Fact]
    public async Task An_event_that_fails_again_is_given_up_again_and_counted()
    {
        await using var app = await ObservedHost.StartAsync(azurite, [Fragile()], [new("Webhooks:RetryDelays:0", "00:00:10")]);
        var (id, _) = await GiveUpAsync(app);

        for (var redrive = 1; redrive <= 2; redrive++)
        {
            Assert.Equal(RedriveResult.Sent, await RedriveAsync(app, id));
            await app.Host.ProcessVisibleAsync();
            await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);

            Assert.Equal((RowState.Poisoned, redrive), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Redrive));
            Assert.Single(await app.Host.ListPoisonAsync());
        }
    }

    [Fact]
    public async Task The_old_messages_of_an_event_do_not_undo_its_redrive()
    {
        var handler = Fragile();
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await GiveUpAsync(app);
        await RedriveAsync(app, id);
        var redriven = Assert.Single(await app.Host.PeekAsync());
        await app.Host.ProcessAsync(redriven);
        var runs = handler.Runs.Count;

        // Late ones: the first attempt, the last one, and the redrive itself, which waits for its second attempt.
        await app.Host.ProcessAsync(message);
        await app.Host.ProcessAsync((ObservedHost.Read(message) with { Attempt = 8 }).Encode());
        await app.Host.ProcessAsync(redriven);

        Assert.Equal(runs, handler.Runs.Count);
        Assert.Equal((RowState.Processing, 1, 2), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Redrive, (await app.RowAsync(id)).Attempt));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_redriven()
    {
        await using var app = await ObservedHost.StartAsync(azurite);

        Assert.Equal(RedriveResult.Missing, await app.Host.Get<Redriver>().RedriveAsync("begini/0011", CancellationToken.None));
        Assert.Empty(app.Proxy.Sent);
    }

    [Fact]
    public async Task On_a_processed_row_only_the_document_is_removed()
    {
        await using var app = await ObservedHost.StartAsync(azurite, [Fragile()]);
        var (id, _) = await GiveUpAsync(app, ObservedHost.LargeBody());
        Assert.Equal(2, (await app.Host.ListPoisonAsync()).Count);
        await app.PutRowAsync(id, row => row.State = RowState.Processed);
        app.Proxy.ForgetCalls();

        Assert.Equal(RedriveResult.AlreadyProcessed, await RedriveAsync(app, id));

        Assert.Empty(app.Proxy.Sent);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redrive_that_is_killed_before_it_removes_the_document_is_processed_once(bool isExpired)
    {
        var handler = Fragile();
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, _) = await GiveUpAsync(app);
        if (isExpired)
            await app.ExpireRowAsync(id);
        _isBroken = false;
        var runs = handler.Runs.Count;
        using (app.Fail(StorageStep.RemovePoison, StorageFault.CutBefore))
            await Assert.ThrowsAnyAsync<Exception>(() => RedriveAsync(app, id));
        Assert.Single(await app.Host.ListPoisonAsync());

        await app.Host.ProcessVisibleAsync();

        Assert.Equal(runs + 1, handler.Runs.Count);
        Assert.True(handler.Runs[^1].MayHaveRun);
        Assert.Empty(await app.Host.ListPoisonAsync());
        Assert.Equal(RedriveResult.Missing, await RedriveAsync(app, id));
    }

    [Fact]
    public async Task Redriven_twice_at_once_it_is_processed_once()
    {
        var handler = Fragile();
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, _) = await GiveUpAsync(app);
        _isBroken = false;
        var runs = handler.Runs.Count;

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RedriveAsync(app, id)));
        await app.Host.ProcessVisibleAsync();

        Assert.All(results, result => Assert.True(result is RedriveResult.Sent or RedriveResult.Missing));
        Assert.Equal(runs + 1, handler.Runs.Count);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task A_document_that_was_written_anew_meanwhile_stays()
    {
        await using var app = await ObservedHost.StartAsync(azurite, [Fragile()]);
        var (id, _) = await GiveUpAsync(app);
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.RemovePoison, StorageFault.Until(released.Task), times: 1);

        await app.MeanwhileAsync(StorageStep.RemovePoison, RedriveAsync(app, id), () => RewriteAsync(app, $"begini/{id}.json"), released.SetResult);

        Assert.Single(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_body_that_was_written_anew_meanwhile_stays()
    {
        await using var app = await ObservedHost.StartAsync(azurite, [Fragile()]);
        var (id, _) = await GiveUpAsync(app, ObservedHost.LargeBody());
        var released = new TaskCompletionSource();
        app.Proxy.Inject(StorageFault.Until(released.Task), IsBodyRemoval, times: 1);

        var redriving = RedriveAsync(app, id);
        await ObservedHost.UntilAsync(() => Task.FromResult(app.Proxy.Calls.Any(IsBodyRemoval)));
        await RewriteAsync(app, $"begini/{id}.body");
        released.SetResult();

        Assert.Equal(RedriveResult.Sent, await redriving);
        Assert.Equal([$"begini/{id}.body"], await app.Host.ListPoisonAsync());

        static bool IsBodyRemoval(StorageCall call) => call.Method == "DELETE" && call.Path.EndsWith(".body", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(70_000)]
    // Too large for a message, and no larger than a document could hold.
    [InlineData(46_000)]
    public async Task A_late_document_that_says_that_the_body_is_lost_hides_no_body(int length)
    {
        var handler = Fragile();
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var body = new string('x', length);
        var (id, message) = await GiveUpAsync(app, body);
        var envelope = ObservedHost.Read(message);
        Assert.Empty(await app.Host.ListPayloadsAsync());
        _isBroken = false;

        // Another processor has stalled, and found the payload gone after the event had been given up.
        await app.Host.Get<PoisonStore>().KeepAsync(envelope, body: null, GiveUpReasons.BodyMissing(envelope), CancellationToken.None);

        Assert.Equal(RedriveResult.Sent, await RedriveAsync(app, id));
        await app.Host.ProcessVisibleAsync();
        Assert.Equal(body, handler.Runs[^1].Body.ToString());
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    private static async Task RewriteAsync(ObservedHost app, string name)
    {
        var blob = app.Host.Clients.Poison.GetBlobClient(name);
        await blob.UploadAsync((await blob.DownloadContentAsync()).Value.Content, overwrite: true);
    }

    private static Task<RedriveResult> RedriveAsync(ObservedHost app, string id)
        => app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None);

    private static async Task<(string Id, BinaryData Message)> GiveUpAsync(ObservedHost app, string body = "{}")
    {
        var (id, message) = await app.AcceptAsync(body);
        await app.Host.ProcessAsync((ObservedHost.Read(message) with { Attempt = 8 }).Encode());
        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        app.Proxy.ForgetCalls();
        return (id, message);
    }

    private RecordingHandler Fragile() => new("fragile", _ => _isBroken ? throw new InvalidOperationException("broken") : Task.CompletedTask);
}
