using FunctionsIngest.Configuration;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Storage;

/// <summary>Checks how storage is called.</summary>
internal sealed class StorageCallOptionsValidator : IValidateOptions<StorageCallOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageCallOptions options)
    {
        List<string> errors = [.. options.BindingErrors];
        WebhookSettings.CheckRange(nameof(options.StorageTryTimeout), options.StorageTryTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), errors);
        WebhookSettings.CheckRange(nameof(options.StorageTries), options.StorageTries, 1, 5, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
