using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Processing;

/// <summary>An event that takes its processors down is given up.</summary>
public sealed class DeathTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_whose_processor_has_died_three_times_is_given_up_without_another_run(bool isLarge)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync(isLarge ? ObservedHost.LargeBody() : "{}");
        for (var death = 0; death < 3; death++)
            await DieAsync(app, id, death);

        await app.Host.ProcessAsync(message);

        Assert.Empty(handler.Runs);
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Poisoned, 3, null), (row.State, row.Deaths, row.Lease));
        Assert.StartsWith("The process died three times", row.Reason);
        var (document, _) = (await app.Host.Get<PoisonStore>().ReadAsync($"begini/{id}", CancellationToken.None))!.Value;
        Assert.Equal(row.Reason, document.Reason);
        Assert.Empty(await app.Host.ListPayloadsAsync());

        // A redrive has as many deaths again.
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        await app.Host.ProcessVisibleAsync();
        Assert.Single(handler.Runs);
        Assert.Equal((RowState.Processed, 0), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Deaths));
    }

    [Fact]
    public async Task Two_deaths_are_not_enough_and_retries_do_not_forget_them()
    {
        var handler = new RecordingHandler("one", run => run.Attempt == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await DieAsync(app, id, 0);
        await DieAsync(app, id, 1);

        await app.Host.ProcessAsync(message);
        Assert.Equal((RowState.Processing, 2), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Deaths));
        await DieAsync(app, id, 2);
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);

        Assert.Single(handler.Runs);
        Assert.StartsWith("The process died three times", (await app.RowAsync(id)).Reason);
    }

    [Fact]
    public async Task A_lease_that_was_given_up_is_no_death()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("no"));
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();

        for (var attempt = 1; attempt <= 5; attempt++)
        {
            await app.Host.ProcessAsync(message);
            message = app.Proxy.Sent[^1].Body;
        }

        Assert.Equal((5, 0), (handler.Runs.Count, (await app.RowAsync(id)).Deaths));
    }

    /// <summary>Leaves the row as a holder does that dies, and lets its lease lapse.</summary>
    private static async Task DieAsync(ObservedHost app, string id, int deaths)
    {
        await app.PutRowAsync(id, row =>
        {
            EventProcessorTests.Held(row, TimeSpan.FromMinutes(5));
            row.Deaths = deaths;
        });
        app.Proxy.Clock.Advance(TimeSpan.FromMinutes(6));
    }
}
