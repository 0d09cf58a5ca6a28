using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Processing;

public sealed class EventCleanupTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData(nameof(RowState.Processed), 0)]
    [InlineData(nameof(RowState.Poisoned), int.MaxValue)]
    public async Task A_payload_that_cannot_be_removed_is_left_to_the_sweep(string state, int failures)
    {
        var handler = new RecordingHandler("one", run => run.Attempt <= failures ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await using var app = await StartAsync(handler);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());

        using (app.Fail(StorageStep.RemovePayload, StorageFault.CutBefore))
            await app.Host.ProcessAsync((ObservedHost.Read(message) with { Attempt = 2 }).Encode());

        Assert.Equal(state, (await app.RowAsync(id)).State.ToString());
        Assert.Empty(app.Proxy.Sent);
        Assert.Single(await app.Host.ListPayloadsAsync());
    }

    [Theory]
    [InlineData(nameof(RowState.Processed))]
    [InlineData(nameof(RowState.Poisoned))]
    public async Task So_is_that_of_a_message_that_is_dropped(string state)
    {
        await using var app = await StartAsync();
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        await app.PutRowAsync(id, row => row.State = Enum.Parse<RowState>(state));

        using (app.Fail(StorageStep.RemovePayload, StorageFault.CutBefore))
            await app.Host.ProcessAsync(message);
        Assert.Empty(app.Proxy.Sent);
        Assert.Single(await app.Host.ListPayloadsAsync());

        await app.Host.ProcessAsync(message);
        Assert.Empty(await app.Host.ListPayloadsAsync());
    }

    [Fact]
    public async Task A_poison_document_that_cannot_be_removed_brings_the_message_again()
    {
        var handler = new RecordingHandler("one");
        await using var app = await StartAsync(handler);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        var again = ObservedHost.Read(message) with { Attempt = 2 };
        await app.Host.Get<PoisonStore>().KeepAsync(again, BinaryData.FromString("body"), "A stalled processor has written this.", CancellationToken.None);

        using (app.Fail(StorageStep.RemovePoison, StorageFault.CutBefore))
            await app.Host.ProcessAsync(again.Encode());

        // The payload goes after the document.
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Equal([$"begini/{id}.body", $"begini/{id}.json"], await app.Host.ListPoisonAsync());
        Assert.Single(await app.Host.ListPayloadsAsync());

        await app.Host.ProcessAsync(Assert.Single(app.Proxy.Sent).Body);
        Assert.Single(handler.Runs);
        Assert.Empty(await app.Host.ListPoisonAsync());
        Assert.Empty(await app.Host.ListPayloadsAsync());
    }

    private Task<ObservedHost> StartAsync(params RecordingHandler[] handlers)
        => ObservedHost.StartAsync(azurite, handlers, [new("Webhooks:StorageTries", "1"), new("Webhooks:RetryDelays:0", "00:00:10")]);
}
