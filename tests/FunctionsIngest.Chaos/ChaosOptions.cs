namespace FunctionsIngest.Chaos;

/// <summary>What a run of the harness is made of.</summary>
/// <param name="Webhooks">How many different webhooks are sent.</param>
/// <param name="Kills">How often a host process is killed.</param>
/// <param name="Faults">The share of storage calls that something goes wrong with, 0 to 0.5.</param>
/// <param name="Seed">
/// Decides what is sent, what goes wrong and who is killed when. What happens at the same time is decided by the
/// machine.
/// </param>
internal sealed record ChaosOptions(int Webhooks, int Kills, double Faults, int Seed)
{
    /// <summary>Reads the command line.</summary>
    public static ChaosOptions Parse(string[] args)
    {
        var line = new CommandLine(args, "webhooks", "kills", "faults", "seed");
        return new ChaosOptions(
            (int)line.Get("webhooks", 20_000, 1, 1_000_000),
            (int)line.Get("kills", 100, 0, 10_000),
            line.Get("faults", 0.05, 0, 0.5),
            (int)line.Get("seed", 1, 0, int.MaxValue));
    }
}
