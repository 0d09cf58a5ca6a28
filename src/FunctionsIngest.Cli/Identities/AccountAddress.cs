using FunctionsIngest.Storage;

namespace FunctionsIngest.Cli.Identities;

/// <summary>A storage account by the address of one of its services, such as https://acme.blob.core.windows.net.</summary>
internal static class AccountAddress
{
    private static readonly string[] Services = ["queue", "table", "blob"];

    /// <summary>Whether the option <c>--storage</c> has an address, and not a connection string.</summary>
    public static bool IsOne(string text) => text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Sets the addresses of all three services.</summary>
    /// <exception cref="CommandException">It is not an address of a storage account's service.</exception>
    public static void Apply(StorageOptions options, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || Array.Find(Services, name => url.Host.Contains($".{name}.", StringComparison.OrdinalIgnoreCase)) is not { } given)
            throw new CommandException($"--storage is '{address}', which is not the address of an account's blobs, queues or tables: write it like https://<account>.blob.core.windows.net.");

        (options.ConnectionString, options.ClientId) = (null, null);
        (options.QueueServiceUri, options.TableServiceUri, options.BlobServiceUri) = (Of("queue"), Of("table"), Of("blob"));

        string Of(string service) => $"{url.Scheme}://{url.Authority.Replace($".{given}.", $".{service}.", StringComparison.OrdinalIgnoreCase)}";
    }
}
