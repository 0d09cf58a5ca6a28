using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Receiving;

/// <summary>Checks how requests are answered.</summary>
internal sealed class ReceivingOptionsValidator : IValidateOptions<ReceivingOptions>
{
    public ValidateOptionsResult Validate(string? name, ReceivingOptions options)
    {
        List<string> errors = [.. options.BindingErrors];
        WebhookSettings.CheckRange(nameof(options.AnswerWithin), options.AnswerWithin, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), errors);
        AddressRanges.Parse(ReceivingOptions.TrustedProxiesKey, options.TrustedProxies, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
