using FunctionsIngest.Configuration;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Bodies;

/// <summary>Checks the limits of bodies.</summary>
internal sealed class BodyOptionsValidator : IValidateOptions<BodyOptions>
{
    public ValidateOptionsResult Validate(string? name, BodyOptions options)
    {
        List<string> errors = [.. options.BindingErrors];
        WebhookSettings.CheckRange(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1, BodyOptions.LargestMaxBodyBytes, errors);
        WebhookSettings.CheckRange(nameof(options.MaxBytesInMemory), options.MaxBytesInMemory, 1 << 20, 1 << 30, errors);
        WebhookSettings.CheckRange(nameof(options.MaxBytesSpooled), options.MaxBytesSpooled, 1L << 20, 1L << 40, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
