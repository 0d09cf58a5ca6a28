namespace FunctionsIngest.Local;

/// <summary>The defaults of the local host.</summary>
/// <param name="Url">Where it listens.</param>
/// <param name="Settings">
/// Settings that go before appsettings.json; environment variables and the command line go before them.
/// </param>
internal sealed record HostDefaults(string Url, IReadOnlyDictionary<string, string?> Settings)
{
    /// <summary>Whether this host processes the queue itself.</summary>
    public bool Pumps { get; init; } = true;

    /// <summary>Whether it has the settings of this machine, and no default sources beside those.</summary>
    public bool ReadsLocalSettings { get; init; } = true;
}
