namespace FunctionsIngest.Model;

/// <summary>One world to explore.</summary>
internal sealed record Configuration
{
    public required string Name { get; init; }

    /// <summary>How often an event is tried before it is poisoned; a redrive tries as often again.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>Whether the body is large: a payload blob per delivery.</summary>
    public bool LargeBody { get; init; }

    public int Requests { get; init; } = 1;

    public int Crashes { get; init; }

    public int StorageFailures { get; init; }

    public int EarlyRedeliveries { get; init; }

    public int Stalls { get; init; }

    public int Redrives { get; init; }

    public int Retentions { get; init; }

    public int IdleSweeps { get; init; }

    /// <summary>How many deaths of its holders an event gets.</summary>
    public int MaxDeaths { get; init; } = 3;

    /// <summary>Whether that can happen; otherwise nothing need count them.</summary>
    public bool CountsDeaths => Crashes + StorageFailures + Stalls >= MaxDeaths;

    /// <summary>What is broken on purpose.</summary>
    public Mutation Mutation { get; init; }

    /// <summary>Whether nothing can happen that excuses a handler's second run.</summary>
    public bool Faultless => Crashes + StorageFailures + Stalls + Retentions == 0;

    public override string ToString() => Mutation == Mutation.None ? Name : $"{Mutation} in {Name}";
}
