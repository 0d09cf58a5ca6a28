using FunctionsIngest.DeliveryTests;

namespace FunctionsIngest.Sources;

/// <summary>The section <c>Webhooks</c> of the configuration.</summary>
internal sealed class WebhookOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Webhooks";

    /// <summary>The full name of <see cref="TrustedProxies"/>.</summary>
    public const string TrustedProxiesKey = $"{Section}:{nameof(TrustedProxies)}";

    /// <summary>By which share of itself a retry delay varies, either way.</summary>
    public const double RetryVariation = 0.1;

    /// <summary>The largest <see cref="MaxBodyBytes"/>, and the largest body that Azure Functions passes on.</summary>
    public const int LargestMaxBodyBytes = 100 * 1024 * 1024;

    /// <summary>How long a webhook is remembered: the same one is not processed again within it. One hour to 365 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Larger bodies get 413. In bytes, 1 to 104857600.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How many bytes of bodies are held in memory at a time; a request past it gets 503. 1 MiB to 1 GiB.</summary>
    public int MaxBytesInMemory { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many bytes of bodies over 1 MiB are spooled to temporary files at a time; a request past it gets 503. 1 MiB to 1 TiB.</summary>
    public long MaxBytesSpooled { get; set; } = 512 * 1024 * 1024;

    /// <summary>Whether every event is kept in the Blob container <c>webhook-archive</c>.</summary>
    public bool Archive { get; set; } = true;

    /// <summary>How long a processor holds a row without renewing it; renewed at half. One second to 7 days, less than the time a message stays invisible.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The delays between attempts; their number plus one is the number of attempts, and their sum is less than the retention. Each varies by up to a tenth.</summary>
    public IList<TimeSpan> RetryDelays { get; set; } = [];

    /// <summary>How long a request may take to be answered once its body is there; past it the answer is 503. One to 60 seconds.</summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a storage call is tried. 1 to 5.</summary>
    public int StorageTries { get; set; } = 2;

    /// <summary>How long one try of a storage call may take. 100 ms to 60 s.</summary>
    public TimeSpan StorageTryTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Who may send, by name. A name matches <c>^[a-z][a-z0-9]{1,31}$</c> and is the last part of the path, <c>/webhooks/{source}</c>.</summary>
    public IDictionary<string, SourceOptions> Sources { get; set; } = new Dictionary<string, SourceOptions>(StringComparer.Ordinal);

    /// <summary>Who may have a test webhook sent, by client id.</summary>
    public IDictionary<string, DeliveryTestOptions> DeliveryTests { get; set; } = new Dictionary<string, DeliveryTestOptions>(StringComparer.Ordinal);

    /// <summary>Proxies whose X-Forwarded-For is believed, for the sources' <c>AllowedIPs</c>: addresses or CIDR ranges.</summary>
    public IList<string> TrustedProxies { get; set; } = [];

    /// <summary>The delays that hold where none is configured. A bound list adds to its default, so the default stands apart from it.</summary>
    public static IReadOnlyList<TimeSpan> DefaultRetryDelays { get; } =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10),
    ];

    /// <summary>What could not be bound, for the validator to report with the rest.</summary>
    internal List<string> BindingErrors { get; } = [];

    /// <summary>The delays in force.</summary>
    public IReadOnlyList<TimeSpan> EffectiveRetryDelays => RetryDelays.Count == 0 ? DefaultRetryDelays : [.. RetryDelays];
}
