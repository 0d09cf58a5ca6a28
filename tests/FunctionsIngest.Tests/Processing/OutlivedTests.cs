using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Processing;

/// <summary>Messages that have waited as long as their row lives.</summary>
public sealed class OutlivedTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly KeyValuePair<string, string?>[] Week = [new("Webhooks:Sources:begini:Retention", "7.00:00:00"), new("Webhooks:StorageTries", "1")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_that_outlives_a_processed_row_is_given_up_and_not_processed_again(bool isPoisonQueue)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Week);
        var (id, message) = await app.AcceptAsync();
        await app.Host.ProcessAsync(message);
        await app.ExpireRowAsync(id);
        app.Proxy.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(50));

        await (isPoisonQueue ? app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None) : app.Host.ProcessAsync(message));

        Assert.Single(handler.Runs);
        Assert.Equal((RowState.Poisoned, true), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).IsOutlived));
        Assert.Contains("outlived its row", (await app.RowAsync(id)).Reason, StringComparison.Ordinal);
        Assert.Equal([$"begini/{id}.json"], await app.Host.ListPoisonAsync());

        // A redrive was sent just now, whenever the webhook came.
        app.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        Assert.Equal(app.Time.GetUtcNow(), ObservedHost.Read(Assert.Single(await app.Host.PeekAsync())).SentAt);
        await app.Host.ProcessVisibleAsync();
        Assert.Equal([(0, false), (1, true)], handler.Runs.Select(run => (run.Redrive, run.MayHaveRun)));
        Assert.Equal((RowState.Processed, false), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).IsOutlived));
    }

    [Fact]
    public async Task A_younger_message_without_a_row_is_processed()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Week);
        var (id, message) = await app.AcceptAsync();
        await app.ExpireRowAsync(id);
        app.Proxy.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(70));

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task However_late_a_message_is_while_its_row_is_there_it_is_processed()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Week);
        var (_, message) = await app.AcceptAsync();
        app.Proxy.Clock.Advance(TimeSpan.FromDays(30));

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_death_while_an_outlived_event_is_given_up_does_not_run_its_handlers()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Week);
        var (id, message) = await app.AcceptAsync();
        await app.ExpireRowAsync(id);
        app.Proxy.Clock.Advance(TimeSpan.FromDays(8));
        using (app.Fail(StorageStep.StorePoison, StorageFault.CutBefore))
            await app.Host.ProcessAsync(message);
        Assert.Equal((RowState.Processing, true), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).IsOutlived));

        await app.Host.ProcessAsync(Assert.Single(app.Proxy.Sent).Body);

        Assert.Empty(handler.Runs);
        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task A_message_of_an_earlier_row_leaves_the_row_of_the_same_webhook_sent_again()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Week);
        var (id, former) = await app.AcceptAsync(ObservedHost.LargeBody());
        await app.Host.ProcessAsync(former);
        await app.ExpireRowAsync(id);
        app.Time.Advance(TimeSpan.FromDays(8));
        app.Proxy.Clock.Advance(TimeSpan.FromDays(8));
        var (again, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        Assert.Equal(id, again);

        // Its payload is gone since it was processed. It must not take the row down with it.
        await app.Host.ProcessAsync(former);
        Assert.Equal(RowState.Received, (await app.RowAsync(id)).State);
        var (document, _) = (await app.Host.Get<PoisonStore>().ReadAsync($"begini/{id}", CancellationToken.None))!.Value;
        Assert.Contains("outlived its row", document.Reason, StringComparison.Ordinal);

        await app.Host.ProcessAsync(message);
        Assert.Equal((2, RowState.Processed), (handler.Runs.Count, (await app.RowAsync(id)).State));
    }

    [Fact]
    public async Task A_source_without_a_signed_time_is_remembered_for_half_a_year()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        await app.Host.ProcessAsync(message);
        app.Time.Advance(TimeSpan.FromDays(179));
        for (var hour = 0; hour < 128; hour++)
            await app.Host.Ingestion.SweepAsync(CancellationToken.None);

        Assert.Equal("duplicate", (await app.Host.SendBeginiAsync("{}")).Outcome);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }
}
