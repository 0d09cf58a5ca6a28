namespace FunctionsIngest.Chaos.Hosting;

/// <summary>
/// The settings of every process of a run. Lease, invisibility and delays are short, so that what a killed host leaves
/// behind is taken up within seconds; their order (lease less than invisibility) is the shipped one.
/// </summary>
internal static class HostSettings
{
    /// <summary>The key of the file that handlers note their runs in.</summary>
    public const string RunLogKey = "Chaos:RunLog";

    /// <summary>The key of the address that a host listens on.</summary>
    public const string UrlKey = "Chaos:Url";

    /// <summary>How long a processor holds a row.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>How long the pump hides a message.</summary>
    public static readonly TimeSpan Invisibility = TimeSpan.FromSeconds(14);

    /// <summary>How long the pump hides a message whose processing has thrown.</summary>
    public static readonly TimeSpan InvisibilityAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>The key of the sources.</summary>
    public const string Secret = "whsec_Y2hhb3MtaGFybmVzcy1zZWNyZXQtMDAx";

    private static readonly Dictionary<string, string> Sources = new()
    {
        ["begini"] = "begini",
        ["standard"] = "standard-webhooks",
        ["aghanim"] = "aghanim",
        ["github"] = "github",
    };

    /// <summary>
    /// The settings of the harness itself, whose calls meet no fault but may have to wait for a busy Azurite.
    /// </summary>
    /// <param name="storage">The connection string.</param>
    public static Dictionary<string, string?> ForHarness(string storage) => new(For(storage))
    {
        ["Webhooks:StorageTryTimeout"] = "00:01:00",
        ["Webhooks:StorageTries"] = "5",
    };

    /// <summary>The settings of a process.</summary>
    /// <param name="storage">The connection string.</param>
    public static Dictionary<string, string?> For(string storage)
    {
        var settings = new Dictionary<string, string?>
        {
            ["WebhookStorage"] = storage,
            ["Webhooks:Lease"] = Lease.ToString(),
            // Twice the usual: on a busy machine Azurite alone takes that long, and a run should meet the faults that
            // it was told to.
            ["Webhooks:StorageTryTimeout"] = "00:00:04",
            ["Secrets:chaos"] = Secret,
        };
        foreach (var (index, seconds) in new[] { 1, 1, 2, 2 }.Index())
            settings[$"Webhooks:RetryDelays:{index}"] = TimeSpan.FromSeconds(seconds).ToString();
        foreach (var (name, scheme) in Sources)
        {
            settings[$"Webhooks:Sources:{name}:Scheme"] = scheme;
            settings[$"Webhooks:Sources:{name}:Secrets:0"] = "chaos";
            settings[$"Webhooks:Sources:{name}:AllowSharedSecret"] = "true";
        }

        return settings;
    }
}
