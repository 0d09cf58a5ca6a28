using Azure.Data.Tables;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>
/// A host whose every storage call is noted and can be made to fail, with a clock that only the test moves.
/// </summary>
internal sealed class ObservedHost : IAsyncDisposable
{
    private readonly TableClient _rows;

    private ObservedHost(IngestHost host, StorageProxy proxy, FakeTimeProvider time, string storage)
    {
        Host = host;
        Proxy = proxy;
        Time = time;
        _rows = new TableClient(storage, StorageClients.TableName);
    }

    /// <summary>The host.</summary>
    public IngestHost Host { get; }

    /// <summary>What is between the host and its storage.</summary>
    public StorageProxy Proxy { get; }

    /// <summary>The host's clock. It begins at the real time, to the second.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>The steps so far, other ones left out.</summary>
    public IEnumerable<StorageStep> Steps => Proxy.Calls.Select(StorageSteps.Of).Where(step => step != StorageStep.Other);

    /// <summary>Starts a host, and forgets the calls that this took.</summary>
    /// <param name="azurite">Where its storage is.</param>
    /// <param name="handlers">The handlers after the archive.</param>
    /// <param name="settings">Settings beyond the host's own.</param>
    /// <param name="services">Services beyond the core's.</param>
    public static async Task<ObservedHost> StartAsync(
        AzuriteFixture azurite,
        IEnumerable<INamedHandler>? handlers = null,
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<IServiceCollection>? services = null)
    {
        var storage = azurite.NewStorage();
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(Genuine.Now.ToUnixTimeSeconds()));
        var proxy = await StorageProxy.StartAsync(storage);
        var host = await IngestHost.StartAsync(proxy.ConnectionString, settings, added =>
        {
            added.AddSingleton<TimeProvider>(time);
            foreach (var handler in handlers ?? [])
                added.AddHandler(handler);
            services?.Invoke(added);
        });
        proxy.ForgetCalls();
        return new ObservedHost(host, proxy, time, storage);
    }

    /// <summary>Accepts a webhook and forgets the calls that this took.</summary>
    public async Task<(string Id, BinaryData Message)> AcceptAsync(string body = "{}")
    {
        var accepted = await Host.AcceptAsync(body);
        Proxy.ForgetCalls();
        return accepted;
    }

    /// <summary>A webhook's body that goes by claim check, and differs from every other by its mark.</summary>
    public static string LargeBody(string mark = "") => mark + new string('x', 70_000);

    /// <summary>Makes a step fail.</summary>
    public IDisposable Fail(StorageStep step, StorageFault fault, int times = int.MaxValue)
        => Proxy.Inject(fault, call => StorageSteps.Of(call) == step, times);

    /// <summary>
    /// Holds the next call of a step until the given work is done, as if somebody else had been faster.
    /// </summary>
    public async Task MeanwhileAsync(StorageStep step, Task running, Func<Task> work, Action release)
    {
        await UntilAsync(() => Task.FromResult(running.IsCompleted || Steps.Contains(step)));
        Assert.False(running.IsCompleted, $"It ended without {step}.");
        await work();
        release();
        await running;
    }

    /// <summary>Reads a row behind the proxy's back.</summary>
    public async Task<LedgerRow> RowAsync(string eventId)
        => LedgerRow.FromEntity(await _rows.GetEntityAsync<TableEntity>($"begini-{eventId[..2]}", eventId[2..]));

    /// <summary>Writes a row behind the proxy's back, whether it is held or not.</summary>
    public async Task PutRowAsync(string eventId, Action<LedgerRow> change)
    {
        var row = await RowAsync(eventId);
        change(row);
        await _rows.UpsertEntityAsync(row.ToEntity(), TableUpdateMode.Replace);
    }

    /// <summary>Removes a row behind the proxy's back, as the sweep does when it expires.</summary>
    public Task ExpireRowAsync(string eventId) => _rows.DeleteEntityAsync($"begini-{eventId[..2]}", eventId[2..]);

    /// <summary>Reads a message.</summary>
    public static Envelope Read(BinaryData message)
        => Envelope.TryDecode(message, out var envelope, out var problem) ? envelope : throw new InvalidOperationException(problem);

    /// <summary>Waits for something that another task does.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Proxy.DisposeAsync();
    }
}
