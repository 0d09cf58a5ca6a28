namespace FunctionsIngest.Model;

/// <summary>The configurations that are explored. Together they hold every kind of trouble, each small enough to be explored whole.</summary>
internal static class Worlds
{
    public static IReadOnlyList<Configuration> All { get; } =
    [
        new() { Name = "a good day: resends and early redelivery", Requests = 3, EarlyRedeliveries = 1 },
        new() { Name = "crashes", Requests = 2, Crashes = 2 },
        new() { Name = "crashes3", Requests = 1, Crashes = 3 },
        new() { Name = "crashes early", Requests = 1, Crashes = 2, EarlyRedeliveries=1 },
        new() { Name = "crash early fail", Requests = 1, Crashes = 1, EarlyRedeliveries=1, StorageFailures = 1 },
        new() { Name = "stalls", Requests = 1, Stalls = 1, EarlyRedeliveries = 2 },
        new() { Name = "stalls crash", Requests = 1, Stalls = 1, EarlyRedeliveries = 1, Crashes = 1 },
        new() { Name = "stalls crash fail", Requests = 1, Stalls = 1, EarlyRedeliveries = 1, Crashes = 1, StorageFailures=1, Attempts=1 },
        new() { Name = "stalls fail", Requests = 1, Stalls = 1, EarlyRedeliveries = 1, StorageFailures = 1 },
        new() { Name = "redrive", Requests = 1, Attempts = 1, Redrives = 2, Crashes = 1, StorageFailures = 0 },
        new() { Name = "redrive fail", Requests = 1, Attempts = 1, Redrives = 2, StorageFailures = 1 },
        new() { Name = "redrive stall", Requests = 1, Attempts = 1, Redrives = 2, Stalls = 1, EarlyRedeliveries=1 },
        new() { Name = "redrive3 ", Requests = 2, Attempts = 1, Redrives = 3 },
        new() { Name = "payload", Requests = 2, LargeBody = true, Crashes = 1, },
        new() { Name = "payload st", Requests = 1, LargeBody = true, Stalls = 1, EarlyRedeliveries=1, StorageFailures=1},
        new() { Name = "payload re", Requests = 1, LargeBody = true, Attempts=1,Redrives=1, Crashes=1, Stalls = 1, EarlyRedeliveries=1},
        new() { Name = "sweep", Requests = 2, LargeBody = true, Attempts = 1, Redrives = 1, Retentions = 1, IdleSweeps = 1 },
        new() { Name = "sweep crash", Requests = 2, LargeBody = true, Attempts = 1, Redrives = 1, Retentions = 1, IdleSweeps = 1, Crashes = 1 },
        new() { Name = "sweep crash2", Requests = 1, LargeBody = true, Attempts = 2, Redrives = 1, Retentions = 2, IdleSweeps = 1, Crashes = 2 },
        new() { Name = "storage failures", Requests = 2, StorageFailures = 2 },
    ];

    public static Configuration Named(string name) => All.Single(world => world.Name == name);
}
