namespace FunctionsIngest.Cli.Identities;

/// <summary>A service of Azure that takes a token of the user's.</summary>
internal enum AzureService
{
    /// <summary>Queues, tables and blobs.</summary>
    Storage,

    /// <summary>Key Vault.</summary>
    Vault,
}
