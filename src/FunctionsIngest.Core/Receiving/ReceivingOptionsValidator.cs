using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Receiving;

/// <summary>Checks how requests are answered.</summary>
internal sealed class ReceivingOptionsValidator : BoundOptionsValidator<ReceivingOptions>
{
    protected override void Check(ReceivingOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.AnswerWithin), options.AnswerWithin, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), errors);
        AddressRanges.Parse(ReceivingOptions.TrustedProxiesKey, options.TrustedProxies, errors);
    }
}
