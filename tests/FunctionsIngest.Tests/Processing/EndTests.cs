using System.Diagnostics.Metrics;
using FunctionsIngest.Ledger;
using FunctionsIngest.Telemetry;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Tests.Processing;

/// <summary>Every end of an event is counted and logged once, also where the answer of its write was lost.</summary>
public sealed class EndTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly KeyValuePair<string, string?> OneRetry = new("Webhooks:RetryDelays:0", "00:00:10");

    [Theory]
    [InlineData(nameof(StorageStep.MarkPoisoned), 2)]
    [InlineData(nameof(StorageStep.MarkProcessed), 2)]
    // Without a retry of the client it is found when the lease is given up.
    [InlineData(nameof(StorageStep.MarkPoisoned), 1)]
    [InlineData(nameof(StorageStep.MarkProcessed), 1)]
    public async Task An_end_whose_answer_was_lost_is_counted_and_logged_once(string step, int tries)
    {
        var handler = new RecordingHandler("one", _ => step == nameof(StorageStep.MarkPoisoned) ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [OneRetry, new("Webhooks:StorageTries", $"{tries}")]);
        using var ends = new MetricCollector<long>(app.Host.Get<IMeterFactory>(), IngestMetrics.MeterName, "ingest.events.processed");
        using var poisoned = new MetricCollector<long>(app.Host.Get<IMeterFactory>(), IngestMetrics.MeterName, "ingest.events.poisoned");
        var (id, message) = await app.AcceptAsync();
        var last = (ObservedHost.Read(message) with { Attempt = 2 }).Encode();
        app.Fail(Enum.Parse<StorageStep>(step), StorageFault.CutAfter, times: 1);

        await app.Host.ProcessAsync(last);
        foreach (var copy in app.Proxy.Sent)
            await app.Host.ProcessAsync(copy.Body);

        var isPoisoned = step == nameof(StorageStep.MarkPoisoned);
        Assert.Single(handler.Runs);
        Assert.Equal(isPoisoned ? RowState.Poisoned : RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Equal(isPoisoned ? "poisoned" : "processed", Assert.Single(ends.GetMeasurementSnapshot()).Tags["outcome"]);
        Assert.Equal(isPoisoned ? 1 : 0, poisoned.GetMeasurementSnapshot().Count);
        Assert.Equal(isPoisoned ? 1 : 0, app.Host.Log.GetSnapshot().Count(record => record.Level == LogLevel.Error && record.Message == "Given up after attempt 2, and kept until 'ingest poison redrive' or 'purge': one: InvalidOperationException: no"));
        Assert.Equal(isPoisoned ? 0 : 1, app.Host.Log.GetSnapshot().Count(record => record.Message.StartsWith("Processed ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task What_the_poison_keeper_gives_up_with_a_lost_answer_is_counted_once(int tries)
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:StorageTries", $"{tries}")]);
        using var poisoned = new MetricCollector<long>(app.Host.Get<IMeterFactory>(), IngestMetrics.MeterName, "ingest.events.poisoned");
        var (id, message) = await app.AcceptAsync();
        app.Fail(StorageStep.MarkPoisoned, StorageFault.CutAfter, times: 1);

        try
        {
            await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);
        }
        catch (Exception) when (tries == 1)
        {
            await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);
        }

        Assert.Equal((RowState.Poisoned, 1), ((await app.RowAsync(id)).State, poisoned.GetMeasurementSnapshot().Count));
    }

    [Fact]
    public async Task A_write_that_failed_is_not_made_when_the_lease_is_given_up_but_what_has_finished_is_noted()
    {
        var one = new RecordingHandler("one");
        var two = new RecordingHandler("two");
        await using var app = await ObservedHost.StartAsync(azurite, [one, two], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync();
        using (app.Fail(StorageStep.MarkProcessed, StorageFault.CutBefore, times: 1))
            await app.Host.ProcessAsync(message);

        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Processing, null), (row.State, row.Lease));
        Assert.Equal(["archive", "one", "two"], row.Finished);

        await app.Host.ProcessAsync(Assert.Single(app.Proxy.Sent).Body);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Single(one.Runs);
        Assert.Single(two.Runs);
    }
}
