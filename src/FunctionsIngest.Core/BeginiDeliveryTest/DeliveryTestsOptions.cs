using FunctionsIngest.Configuration;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>The clients of the delivery test: a setting of the section <c>Webhooks</c>.</summary>
internal sealed class DeliveryTestsOptions : BoundOptions
{
    /// <summary>Who may have a test webhook sent, by client id.</summary>
    public IDictionary<string, DeliveryTestOptions> DeliveryTests { get; set; } = new Dictionary<string, DeliveryTestOptions>(StringComparer.Ordinal);
}
