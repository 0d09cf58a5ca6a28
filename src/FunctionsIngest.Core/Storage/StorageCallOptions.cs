using FunctionsIngest.Configuration;

namespace FunctionsIngest.Storage;

/// <summary>How storage is called: settings of the section <c>Webhooks</c>.</summary>
internal sealed class StorageCallOptions : BoundOptions
{
    /// <summary>How often a storage call is tried. 1 to 5.</summary>
    public int StorageTries { get; set; } = 2;

    /// <summary>How long one try of a storage call may take. 100 ms to 60 s.</summary>
    public TimeSpan StorageTryTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
