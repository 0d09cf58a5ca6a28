using FunctionsIngest.Bodies;
using FunctionsIngest.Ledger;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Processing;

/// <summary>Storage failures have a count and delays of their own. A lack of room for large bodies is one.</summary>
public sealed class StorageFailureTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly KeyValuePair<string, string?>[] Settings = [new("Webhooks:StorageTries", "1"), new("Webhooks:RetryDelays:0", "01:00:00"), new("Webhooks:RetryDelays:1", "02:00:00")];

    [Fact]
    public async Task Delays_after_storage_failures_grow_from_ten_seconds_whatever_the_retry_delays_are()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Settings);
        var (_, message) = await app.AcceptAsync();
        using (app.Fail(StorageStep.Take, StorageFault.Answer(500, "InternalError")))
        {
            foreach (var (index, delay) in new[] { 10, 20, 40, 80, 160, 320, 640, 900, 900 }.Index())
            {
                await app.Host.ProcessAsync(message);
                var copy = app.Proxy.Sent[^1];
                Assert.InRange(copy.Delay, delay * 0.9, (delay * 1.1) + 1);
                Assert.Equal((1, index + 1), (ObservedHost.Read(copy.Body).Attempt, ObservedHost.Read(copy.Body).StorageFailures));
                message = copy.Body;
            }
        }

        await app.Host.ProcessAsync(message);
        Assert.Equal((1, 1), (handler.Runs.Count, handler.Runs[0].Attempt));
    }

    [Fact]
    public async Task They_cost_no_attempt_and_a_failure_of_a_handler_sets_their_count_to_zero()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("no"));
        await using var app = await ObservedHost.StartAsync(azurite, [handler], Settings);
        var (_, message) = await app.AcceptAsync();

        await app.Host.ProcessAsync((ObservedHost.Read(message) with { StorageFailures = 7 }).Encode());

        var copy = Assert.Single(app.Proxy.Sent);
        Assert.Equal((2, 0), (ObservedHost.Read(copy.Body).Attempt, ObservedHost.Read(copy.Body).StorageFailures));
        Assert.InRange(copy.Delay, 3600 * 0.9, 3600 * 1.1);
    }

    [Fact]
    public async Task A_copy_that_waits_for_a_lease_keeps_their_count()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: Settings);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => EventProcessorTests.Held(row, TimeSpan.FromMinutes(5)));

        await app.Host.ProcessAsync((ObservedHost.Read(message) with { StorageFailures = 3 }).Encode());

        Assert.Equal(3, ObservedHost.Read(Assert.Single(app.Proxy.Sent).Body).StorageFailures);
    }

    [Fact]
    public async Task A_large_body_counts_while_it_is_spooled_and_without_room_its_message_is_put_off()
    {
        var taken = new List<long>();
        SpoolBudget? budget = null;
        var handler = new RecordingHandler("one", _ =>
        {
            taken.Add(budget!.Taken);
            return Task.CompletedTask;
        });
        await using var app = await ObservedHost.StartAsync(
            azurite, [handler], [.. Settings, new("Webhooks:MaxBodyBytes", "4194304"), new("Webhooks:MaxBytesSpooled", "16777216"), new("Webhooks:Archive", "false")]);
        budget = app.Host.Get<SpoolBudget>();
        const int Length = 3 * 1024 * 1024;
        var (id, message) = await app.AcceptAsync(new string('x', Length));

        budget.Take(14 * 1024 * 1024);
        await app.Host.ProcessAsync(message);

        Assert.Empty(handler.Runs);
        Assert.Equal(14 * 1024 * 1024, budget.Taken);
        Assert.Equal((RowState.Processing, null), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Lease));
        var copy = Assert.Single(app.Proxy.Sent);
        Assert.InRange(copy.Delay, 9, 11);

        budget.Return(14 * 1024 * 1024);
        await app.Host.ProcessAsync(copy.Body);
        Assert.Equal([Length], taken);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }
}
