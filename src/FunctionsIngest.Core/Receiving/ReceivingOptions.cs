using FunctionsIngest.Configuration;

namespace FunctionsIngest.Receiving;

/// <summary>How requests are answered: settings of the section <c>Webhooks</c>.</summary>
internal sealed class ReceivingOptions : BoundOptions
{
    /// <summary>The full name of <see cref="TrustedProxies"/>.</summary>
    public const string TrustedProxiesKey = $"{WebhookSettings.Section}:{nameof(TrustedProxies)}";

    /// <summary>
    /// How long a request may take to be answered once its body is there; past it the answer is 503. One to 60 seconds.
    /// </summary>
    public TimeSpan AnswerWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Proxies whose X-Forwarded-For counts in <c>AllowedIPs</c> of the sources: addresses or CIDR ranges.
    /// </summary>
    public IList<string> TrustedProxies { get; set; } = [];
}
