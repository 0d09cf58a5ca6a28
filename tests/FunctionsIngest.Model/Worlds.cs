namespace FunctionsIngest.Model;

/// <summary>
/// The configurations that are explored. Together they hold every kind of trouble, each small enough to be explored
/// whole. FUNCTIONSINGEST_MODEL=large adds those that take minutes.
/// </summary>
internal static class Worlds
{
    private static readonly Configuration[] Small =
    [
        new() { Name = "resends and early redelivery", Requests = 3, EarlyRedeliveries = 1 },
        new() { Name = "crashes and resends", Requests = 2, Crashes = 2, Attempts = 1 },
        new() { Name = "crashes up to the dequeue limit", Crashes = 3, Attempts = 1 },
        new() { Name = "crash, of which one is enough, and redrives", Crashes = 1, MaxDeaths = 1, Attempts = 1, Redrives = 2 },
        new() { Name = "crashes up to the limit of deaths", Crashes = 2, MaxDeaths = 2, Attempts = 1, EarlyRedeliveries = 1 },
        new() { Name = "crash and stall, of which one is enough", Crashes = 1, Stalls = 1, EarlyRedeliveries = 1, MaxDeaths = 1, Attempts = 1 },
        new() { Name = "crash, retry, early redelivery", Crashes = 1, EarlyRedeliveries = 1 },
        new() { Name = "storage failures and resends", Requests = 2, StorageFailures = 1 },
        new() { Name = "storage failures one after another", StorageFailures = 3, Attempts = 1 },
        new() { Name = "crash and storage failure", Crashes = 1, StorageFailures = 1 },
        new() { Name = "stall and early redelivery", Stalls = 1, EarlyRedeliveries = 2 },
        new() { Name = "stall and storage failure", Stalls = 1, EarlyRedeliveries = 1, StorageFailures = 1, Attempts = 1 },
        new() { Name = "stall and crash", Stalls = 1, EarlyRedeliveries = 1, Crashes = 1, Attempts = 1 },
        new() { Name = "redrives and crash", Attempts = 1, Redrives = 2, Crashes = 1 },
        new() { Name = "redrives and storage failure", Attempts = 1, Redrives = 2, StorageFailures = 1 },
        new() { Name = "redrives and stall", Attempts = 1, Redrives = 2, Stalls = 1, EarlyRedeliveries = 1 },
        new() { Name = "redrives at the same time", Attempts = 1, Redrives = 3 },
        new() { Name = "large body: resends and crash", Requests = 2, LargeBody = true, Crashes = 1, Attempts = 1 },
        new() { Name = "large body: stall and early redelivery", LargeBody = true, Stalls = 1, EarlyRedeliveries = 1, Attempts = 1, Redrives = 1 },
        new() { Name = "large body: storage failure and redrive", LargeBody = true, StorageFailures = 1, Attempts = 1, Redrives = 1 },
        new() { Name = "large body: redrives at the same time", LargeBody = true, Attempts = 1, Redrives = 3 },
        new() { Name = "retention: sweep and resends", Requests = 2, LargeBody = true, Attempts = 1, Redrives = 1, Retentions = 1, IdleSweeps = 1 },
        new() { Name = "retention: sweep and crash", LargeBody = true, Attempts = 1, Retentions = 1, IdleSweeps = 1, Crashes = 1, Redrives = 1 },
        new() { Name = "retention: sweep and storage failure", LargeBody = true, Attempts = 1, Retentions = 1, IdleSweeps = 1, StorageFailures = 1, Redrives = 1 },
        new() { Name = "retention: messages outlive their rows, resends", Requests = 3, LargeBody = true, Attempts = 1, Retentions = 1 },
        new() { Name = "retention: messages outlive their rows, crash and redrive", Requests = 2, Attempts = 1, Retentions = 1, Crashes = 1, Redrives = 1 },
        new() { Name = "retention: messages outlive their rows, storage failure", Requests = 2, Attempts = 1, Retentions = 1, StorageFailures = 1, Redrives = 1 },
        new() { Name = "retention: sweep and stall", LargeBody = true, Attempts = 1, Retentions = 1, IdleSweeps = 1, Stalls = 1, EarlyRedeliveries = 1 },
    ];

    private static readonly Configuration[] Large =
    [
        new() { Name = "many crashes and resends", Requests = 2, Crashes = 2 },
        new() { Name = "many crashes", Crashes = 3 },
        new() { Name = "many storage failures and resends", Requests = 2, StorageFailures = 2 },
        new() { Name = "crash, storage failure, early redelivery", Crashes = 1, EarlyRedeliveries = 1, StorageFailures = 1 },
        new() { Name = "stall, crash, storage failure", Stalls = 1, EarlyRedeliveries = 1, Crashes = 1, StorageFailures = 1, Attempts = 1 },
        new() { Name = "large body: redrive, crash, stall", LargeBody = true, Attempts = 1, Redrives = 1, Crashes = 1, Stalls = 1, EarlyRedeliveries = 1 },
        new() { Name = "large body: redrives and stall", LargeBody = true, Attempts = 1, Redrives = 2, Stalls = 1, EarlyRedeliveries = 1 },
        new() { Name = "retention: sweep, crashes up to the dequeue limit, redrive", Attempts = 1, Redrives = 1, Retentions = 1, IdleSweeps = 1, Crashes = 2 },
        new() { Name = "retention: sweep, resends, crash", Requests = 2, Attempts = 1, Redrives = 1, Retentions = 1, IdleSweeps = 1, Crashes = 1 },
        new() { Name = "crashes up to the limit of deaths, and a redrive", Crashes = 3, MaxDeaths = 2, Attempts = 1, Redrives = 1 },
        new() { Name = "retention: large messages outlive their rows", Requests = 2, LargeBody = true, Attempts = 1, Retentions = 1, StorageFailures = 1, Redrives = 1 },
        new() { Name = "retention: messages outlive their rows, stall", Requests = 2, Attempts = 1, Retentions = 1, Stalls = 1, EarlyRedeliveries = 1, Redrives = 1 },
        new() { Name = "two retentions: messages outlive their rows", Requests = 3, Attempts = 1, Retentions = 2, EarlyRedeliveries = 1 },
        new() { Name = "two retentions: sweep, crash, redrive", LargeBody = true, Attempts = 1, Redrives = 1, Retentions = 2, IdleSweeps = 1, Crashes = 1 },
        new() { Name = "retention: sweep, stall, crash", LargeBody = true, Attempts = 1, Retentions = 1, IdleSweeps = 1, Stalls = 1, EarlyRedeliveries = 1, Crashes = 1 },
    ];

    public static IReadOnlyList<Configuration> All { get; } =
        Environment.GetEnvironmentVariable("FUNCTIONSINGEST_MODEL") == "large" ? [.. Small, .. Large] : Small;

    public static Configuration Named(string name) => All.Single(world => world.Name == name);
}
