using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using FunctionsIngest.Ledger;
using FunctionsIngest.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>
/// The core behind a real HTTP server on a free port, with the same routes as the two hosts. Messages are processed
/// when the test says so, so that a test can look at every state between.
/// </summary>
internal sealed class IngestHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private IngestHost(WebApplication app, HttpClient http, FakeLogCollector log)
    {
        _app = app;
        Http = http;
        Log = log;
    }

    /// <summary>A client of the host.</summary>
    public HttpClient Http { get; }

    /// <summary>What was logged.</summary>
    public FakeLogCollector Log { get; }

    /// <summary>What a host calls.</summary>
    public WebhookIngestion Ingestion => Get<WebhookIngestion>();

    /// <summary>The clients of the host's storage.</summary>
    public StorageClients Clients => Get<StorageClients>();

    /// <summary>Starts a host.</summary>
    /// <param name="storage">The connection string.</param>
    /// <param name="settings">Settings beyond the three sources that every host has.</param>
    /// <param name="services">Services beyond the core's.</param>
    public static async Task<IngestHost> StartAsync(
        string storage, IEnumerable<KeyValuePair<string, string?>>? settings = null, Action<IServiceCollection>? services = null)
    {
        var host = await StartUnpreparedAsync(storage, settings, services);
        await host.Clients.CreateAllAsync(CancellationToken.None);
        return host;
    }

    /// <summary>Starts a host on empty storage.</summary>
    /// <param name="storage">The connection string.</param>
    /// <param name="settings">Settings beyond the three sources that every host has.</param>
    /// <param name="services">Services beyond the core's.</param>
    public static async Task<IngestHost> StartUnpreparedAsync(
        string storage, IEnumerable<KeyValuePair<string, string?>>? settings = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        }).UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WebhookStorage"] = storage,
            // A slow machine is not a fault: tests of faults set times of their own.
            ["Webhooks:AnswerWithin"] = "00:01:00",
            ["Webhooks:StorageTryTimeout"] = "00:00:25",
            ["Webhooks:Sources:begini:Scheme"] = "begini",
            ["Webhooks:Sources:begini:Secrets:0"] = "begini-api-key",
            ["Webhooks:Sources:standard:Scheme"] = "standard-webhooks",
            ["Webhooks:Sources:standard:Secrets:0"] = "standard-secret",
            ["Webhooks:Sources:aghanim:Scheme"] = "aghanim",
            ["Webhooks:Sources:aghanim:Secrets:0"] = "aghanim-secret",
            ["Secrets:begini-api-key"] = Genuine.BeginiKey,
            ["Secrets:standard-secret"] = Genuine.StandardSecret,
            ["Secrets:aghanim-secret"] = Genuine.AghanimSecret,
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        var log = new FakeLogCollector();
        builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(log));
        builder.Services.AddWebhookIngestion(builder.Configuration);
        services?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseRouting();
        app.MapWebhookIngestion();
        await app.StartAsync();
        return new IngestHost(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) }, log);
    }

    /// <summary>A service of the host.</summary>
    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Sends a webhook of the source <c>begini</c>.</summary>
    /// <returns>The status, and of a 200 the body's status and id.</returns>
    public async Task<(HttpStatusCode Status, string? Outcome, string? Id)> SendBeginiAsync(string body)
    {
        using var request = Genuine.Begini(body);
        using var response = await Http.SendAsync(request);
        return await ReadAsync(response);
    }

    /// <summary>Reads an answer.</summary>
    public static async Task<(HttpStatusCode Status, string? Outcome, string? Id)> ReadAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return (response.StatusCode, null, null);

        using var json = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        return (response.StatusCode, json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("id").GetString());
    }

    /// <summary>
    /// Processes every message that is visible, once, as a host does: deleted on success, left on failure.
    /// </summary>
    /// <returns>How many messages were taken.</returns>
    public async Task<int> ProcessVisibleAsync()
    {
        var taken = 0;
        while ((await Clients.Events.ReceiveMessageAsync(TimeSpan.FromMinutes(10))).Value is { } message)
        {
            taken++;
            await Ingestion.ProcessAsync(message.Body, CancellationToken.None);
            await Clients.Events.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }

        return taken;
    }

    /// <summary>The messages that are visible, without taking them.</summary>
    public async Task<IReadOnlyList<BinaryData>> PeekAsync()
        => [.. (await Clients.Events.PeekMessagesAsync(32)).Value.Select(message => message.Body)];

    /// <summary>Sends a webhook of the source <c>begini</c>, and takes its message off the queue.</summary>
    /// <returns>The event's id and the message.</returns>
    public async Task<(string Id, BinaryData Message)> AcceptAsync(string body)
    {
        var (status, outcome, id) = await SendBeginiAsync(body);
        Assert.Equal((HttpStatusCode.OK, "accepted"), (status, outcome));
        var message = (await Clients.Events.ReceiveMessageAsync()).Value;
        await Clients.Events.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return (id!, message.Body);
    }

    /// <summary>Processes a message, as a host does.</summary>
    public Task ProcessAsync(BinaryData message) => Ingestion.ProcessAsync(message, CancellationToken.None);

    /// <summary>The row of an event of the source <c>begini</c>.</summary>
    public async Task<LedgerRow> RowAsync(string eventId)
        => await FindRowAsync("begini", eventId) ?? throw new InvalidOperationException($"There is no row of {eventId}.");

    /// <summary>Overwrites a row, whether it is held or not: a state that a test wants to begin with.</summary>
    public async Task PutRowAsync(string eventId, Action<LedgerRow> change)
    {
        var row = await RowAsync(eventId);
        change(row);
        await Clients.Rows.UpsertEntityAsync(row.ToEntity(), TableUpdateMode.Replace);
    }

    /// <summary>The names of the poison container's blobs.</summary>
    public Task<IReadOnlyList<string>> ListPoisonAsync() => ListAsync(Clients.Poison);

    /// <summary>The names of the payload container's blobs.</summary>
    public Task<IReadOnlyList<string>> ListPayloadsAsync() => ListAsync(Clients.Payloads);

    /// <summary>The row of an event.</summary>
    public Task<LedgerRow?> FindRowAsync(string source, string eventId)
        => Get<LedgerTable>().FindAsync($"{source}-{eventId[..2]}", eventId[2..], CancellationToken.None);

    /// <summary>How many messages the queue holds, invisible ones included.</summary>
    public async Task<long> CountMessagesAsync() => (await Clients.Events.GetPropertiesAsync()).Value.ApproximateMessagesCountLong;

    /// <summary>The names of the archive's blobs.</summary>
    public Task<IReadOnlyList<string>> ListArchiveAsync() => ListAsync(Clients.Archive);

    /// <summary>Stops the host.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static async Task<IReadOnlyList<string>> ListAsync(BlobContainerClient container)
    {
        var names = new List<string>();
        await foreach (var blob in container.GetBlobsAsync())
            names.Add(blob.Name);
        return names;
    }
}
