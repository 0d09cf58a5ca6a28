using System.Diagnostics.Metrics;
using Azure;
using Azure.Data.Tables;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Telemetry;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace FunctionsIngest.Tests.Processing;

/// <summary>Rows and documents of a version that this one does not know, as there may be after a rollback.</summary>
public sealed class UnreadableRowTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_whose_row_cannot_be_read_is_kept_as_unreadable_and_comes_back_as_it_was(bool isPoisonQueue)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        using var poisoned = new MetricCollector<long>(app.Host.Get<IMeterFactory>(), IngestMetrics.MeterName, "ingest.events.poisoned");
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        await SetStateAsync(app, id, "Forwarded");

        await (isPoisonQueue ? app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None) : app.Host.ProcessAsync(message));

        Assert.Empty(handler.Runs);
        Assert.Empty(app.Proxy.Sent);
        Assert.Single(await app.Host.ListPayloadsAsync());
        Assert.Equal(RowState.Unreadable, (await app.RowAsync(id)).State);
        Assert.Equal(IngestMetrics.Unreadable, Assert.Single(poisoned.GetMeasurementSnapshot()).Tags["source"]);
        var name = Assert.Single(await app.Host.ListPoisonAsync());
        Assert.StartsWith("unreadable/", name);

        // The newer version is back.
        await SetStateAsync(app, id, "Received");
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync(name[..^".json".Length], CancellationToken.None));
        await app.Host.ProcessVisibleAsync();
        Assert.Single(handler.Runs);
    }

    [Fact]
    public async Task A_duplicate_whose_row_cannot_be_read_is_sent_again_and_the_row_stays()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, _) = await app.AcceptAsync();
        await SetStateAsync(app, id, "Forwarded");

        Assert.Equal("duplicate", (await app.Host.SendBeginiAsync("{}")).Outcome);

        Assert.Single(await app.Host.PeekAsync());
        Assert.Equal(RowState.Unreadable, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task A_handler_that_ends_after_the_row_has_changed_its_form_overwrites_nothing()
    {
        ObservedHost? app = null;
        string? id = null;
        var handler = new RecordingHandler("one", async _ => await SetStateAsync(app!, id!, "Forwarded"));
        app = await ObservedHost.StartAsync(azurite, [handler]);
        await using var _ = app;
        (id, var message) = await app.AcceptAsync();

        await app.Host.ProcessAsync(message);
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);

        Assert.Single(handler.Runs);
        Assert.Equal(RowState.Unreadable, (await app.RowAsync(id)).State);
        Assert.StartsWith("unreadable/", Assert.Single(await app.Host.ListPoisonAsync()));
    }

    [Theory]
    [InlineData("not even JSON")]
    [InlineData("null")]
    [InlineData("""{"reason":5,"poisonedAt":"2026-08-01T00:00:00Z"}""")]
    [InlineData("""{"reason":"no","poisonedAt":"2026-08-01T00:00:00Z","event":{"specversion":"9.0"}}""")]
    [InlineData("""{"reason":"no","poisonedAt":"2026-08-01T00:00:00Z","event":{"specversion":"1.0","id":"i","source":"s","type":"t","envelopeversion":99}}""")]
    public async Task A_poison_document_of_another_version_stays_and_keeps_no_other_from_being_listed_and_redriven(string document)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.Host.Clients.Poison.UploadBlobAsync("aghanim/odd.json", BinaryData.FromString(document));
        var (id, message) = await app.AcceptAsync();
        await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);
        var store = app.Host.Get<PoisonStore>();

        var listed = await new PoisonSelection(null, null).ReadAsync(store, CancellationToken.None).ToListAsync();

        Assert.Equal(["aghanim/odd", $"begini/{id}"], listed.Select(poisoned => poisoned.Name));
        Assert.Equal(RedriveResult.Unreadable, await app.Host.Get<Redriver>().RedriveAsync("aghanim/odd", CancellationToken.None));
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        Assert.Equal(["aghanim/odd.json"], await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_redrive_of_an_event_whose_row_cannot_be_read_sends_nothing()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync();
        await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);
        await SetStateAsync(app, id, "Forwarded");

        Assert.Equal(RedriveResult.Unreadable, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));

        Assert.Empty(await app.Host.PeekAsync());
        Assert.Single(await app.Host.ListPoisonAsync());
    }

    private static Task<Response> SetStateAsync(ObservedHost app, string id, string state)
        => app.Host.Clients.Rows.UpsertEntityAsync(new TableEntity($"begini-{id[..2]}", id[2..]) { [nameof(LedgerRow.State)] = state, [nameof(LedgerRow.ReceivedAt)] = app.Time.GetUtcNow() }, TableUpdateMode.Replace);
}
