using Azure.Data.Tables;
using Azure.Storage.Blobs;
using FunctionsIngest.Bodies;
using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Chaos.Reconciling;

/// <summary>What is in storage at the end of a run, read past every fault.</summary>
internal sealed class StoredState
{
    // Longer than the sweep leaves a payload alone whose message may still be sent; less than the retention.
    private static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);

    private StoredState()
    {
    }

    /// <summary>The rows by source and event id.</summary>
    public Dictionary<(string Source, string EventId), LedgerRow> Rows { get; } = [];

    /// <summary>How many archive documents each event has, by source and event id.</summary>
    public Dictionary<(string Source, string EventId), List<string>> Archive { get; } = [];

    /// <summary>The events that have a poison document.</summary>
    public HashSet<(string Source, string EventId)> Poison { get; } = [];

    /// <summary>
    /// How many events were given up for which reason: the handler that failed last, or the death of the process.
    /// </summary>
    public Dictionary<string, int> PoisonReasons { get; } = [];

    /// <summary>How many payloads the sweep removed when they were old enough.</summary>
    public int SweptPayloads { get; private set; }

    /// <summary>How many bodies without a document it removed from the poison container.</summary>
    public int SweptBodies { get; private set; }

    /// <summary>Payloads, and bodies in the poison container without a document, that are left after that.</summary>
    public List<string> Ownerless { get; } = [];

    /// <summary>The services of the app, without a fault between them and storage.</summary>
    /// <param name="storage">The connection string.</param>
    /// <param name="time">The clock.</param>
    public static ServiceProvider Services(string storage, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(time ?? TimeProvider.System);
        return services.AddWebhookIngestion(new ConfigurationBuilder().AddInMemoryCollection(HostSettings.ForHarness(storage)).Build()).BuildServiceProvider();
    }

    /// <summary>How many messages the queue and its poison queue hold, invisible ones included.</summary>
    public static async Task<(long Events, long Poison)> CountMessagesAsync(StorageClients clients)
        => ((await clients.Events.GetPropertiesAsync()).Value.ApproximateMessagesCountLong, (await clients.PoisonQueue.GetPropertiesAsync()).Value.ApproximateMessagesCountLong);

    /// <summary>Sweeps as if two days had passed, and reads everything.</summary>
    public static async Task<StoredState> ReadAsync(string storage)
    {
        await using var services = Services(storage, new ShiftedTime(TwoDays));
        var clients = services.GetRequiredService<StorageClients>();
        var state = new StoredState();
        var payloads = await ListAsync(clients.Payloads).CountAsync();
        var poison = await ListAsync(clients.Poison).CountAsync();
        await services.GetRequiredService<WebhookIngestion>().SweepAsync(CancellationToken.None);
        state.Ownerless.AddRange(await ListAsync(clients.Payloads).ToListAsync());
        state.SweptPayloads = payloads - state.Ownerless.Count;

        await foreach (var entity in clients.Rows.QueryAsync<TableEntity>($"PartitionKey ne 'Sweep'"))
        {
            var row = LedgerRow.FromEntity(entity);
            state.Rows.Add((row.PartitionKey[..^3], row.PartitionKey[^2..] + row.RowKey), row);
        }

        await foreach (var name in ListAsync(clients.Archive))
        {
            if (name.EndsWith(".json", StringComparison.Ordinal))
            {
                var parts = name[..^5].Split('/');
                var key = (parts[0], parts[^1]);
                if (!state.Archive.TryGetValue(key, out var documents))
                    state.Archive[key] = documents = [];
                documents.Add(name);
            }
        }

        var names = await ListAsync(clients.Poison).ToListAsync();
        state.SweptBodies = poison - names.Count;
        state.Ownerless.AddRange(names.Where(name => EventDocument.DocumentNameOf(name) is { } document && !names.Contains(document)));
        foreach (var name in names.Where(name => name.EndsWith(".json", StringComparison.Ordinal)))
        {
            state.Poison.Add((name.Split('/')[0], name.Split('/')[1][..^5]));
            var (document, _) = (await services.GetRequiredService<PoisonStore>().ReadAsync(name[..^5], CancellationToken.None))!.Value;
            var reason = document.Reason.Split(':')[0];
            state.PoisonReasons[reason] = state.PoisonReasons.GetValueOrDefault(reason) + 1;
        }

        return state;
    }

    private static IAsyncEnumerable<string> ListAsync(BlobContainerClient container)
        => container.GetBlobsAsync().Select(blob => blob.Name);
}
