using FunctionsIngest.Archive;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Queueing;
using FunctionsIngest.Replaying;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Cli;

/// <summary>The app's storage, in the hands of this command.</summary>
internal sealed class AppStorage
{
    private AppStorage(StorageOptions options, TimeProvider time)
    {
        // No sender waits for this command, so it may try longer than the app.
        var patient = new StorageCallOptions { StorageTries = 3, StorageTryTimeout = TimeSpan.FromSeconds(10) };
        Clients = new StorageClients(Options.Create(options), Options.Create(patient));
        Rows = new LedgerTable(Clients);
        var payloads = new PayloadStore(Clients);
        Queue = new EventQueue(Clients, payloads);
        Poison = new PoisonStore(Clients, time);
        Redriver = new Redriver(Poison, payloads, Rows, Queue, time);
        Archive = new ArchiveReader(Clients, Rows);
        Replayer = new Replayer(Clients, Archive, Rows, Queue, time);
    }

    public StorageClients Clients { get; }

    public LedgerTable Rows { get; }

    public EventQueue Queue { get; }

    public PoisonStore Poison { get; }

    public Redriver Redriver { get; }

    public ArchiveReader Archive { get; }

    public Replayer Replayer { get; }

    /// <summary>Opens a storage.</summary>
    public static AppStorage Open(Terminal terminal, StorageOptions options) => new(options, terminal.Time);
}
