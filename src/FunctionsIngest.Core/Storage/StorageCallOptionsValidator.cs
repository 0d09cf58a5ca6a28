using FunctionsIngest.Configuration;

namespace FunctionsIngest.Storage;

/// <summary>Checks how storage is called.</summary>
internal sealed class StorageCallOptionsValidator : BoundOptionsValidator<StorageCallOptions>
{
    protected override void Check(StorageCallOptions options, List<string> errors)
    {
        WebhookSettings.CheckRange(nameof(options.StorageTryTimeout), options.StorageTryTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(60), errors);
        WebhookSettings.CheckRange(nameof(options.StorageTries), options.StorageTries, 1, 5, errors);
    }
}
