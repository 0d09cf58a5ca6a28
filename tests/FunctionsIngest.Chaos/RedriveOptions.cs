namespace FunctionsIngest.Chaos;

/// <summary>What a run of a redrive is made of.</summary>
/// <param name="Events">How many poisoned events are redriven.</param>
/// <param name="Kills">How often the redriver is killed.</param>
/// <param name="Faults">The share of storage calls that something goes wrong with, 0 to 0.5.</param>
/// <param name="Seed">Decides what the events are, what goes wrong and when the redriver is killed.</param>
internal sealed record RedriveOptions(int Events, int Kills, double Faults, int Seed)
{
    /// <summary>Reads the command line.</summary>
    public static RedriveOptions Parse(string[] args)
    {
        var line = new CommandLine(args, "events", "kills", "faults", "seed");
        return new RedriveOptions(
            (int)line.Get("events", 10_000, 1, 1_000_000),
            (int)line.Get("kills", 2, 0, 1_000),
            line.Get("faults", 0, 0, 0.5),
            (int)line.Get("seed", 1, 0, int.MaxValue));
    }
}
