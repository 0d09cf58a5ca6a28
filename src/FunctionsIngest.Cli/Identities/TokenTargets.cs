using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Cli.Identities;

/// <summary>
/// Where a token of the user's may go: to Azure's own hosts, at addresses that the user has named. A repository that
/// somebody else wrote must not send the token anywhere.
/// </summary>
/// <param name="allowedHosts">The option <c>--allow-host</c>: hosts that are trusted beside Azure's.</param>
internal sealed class TokenTargets(IReadOnlyCollection<string> allowedHosts)
{
    // Azure's public cloud, China, and US Government; of storage, the accounts with DNS zone endpoints too.
    private static readonly string[] StorageHosts =
        [.. from service in new[] { "queue", "table", "blob" }
            from suffix in new[] { "core.windows.net", "core.chinacloudapi.cn", "core.usgovcloudapi.net", "storage.azure.net" }
            select $".{service}.{suffix}"];

    private static readonly string[] VaultHosts = [".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net"];

    /// <summary>Checks a setting whose address gets a token.</summary>
    /// <param name="configuration">The settings, as <see cref="AppConfiguration"/> reads them.</param>
    /// <param name="key">The setting's key.</param>
    /// <param name="service">The service that must be there.</param>
    /// <returns>Null, or why no token goes there and what to do.</returns>
    public string? Refuse(IConfiguration configuration, string key, AzureService service)
        => configuration[key] is not { Length: > 0 } address ? null
            : Refuse(key, address, service) is { } refusal ? refusal
            : AppConfiguration.IsFound(configuration, key)
                ? $"{key} comes from a file that was found in this repository, and your sign-in goes only where you say. "
                    + $"Give the file with --config <file>, or set the variable {key.Replace(":", "__", StringComparison.Ordinal)}{(service == AzureService.Storage ? ", or name the storage with --storage" : "")}."
                : null;

    /// <summary>Checks an address that gets a token.</summary>
    /// <param name="name">What the address is called: an option or a setting.</param>
    /// <param name="address">The address.</param>
    /// <param name="service">The service that must be there.</param>
    /// <returns>Null, or why no token goes there and what to do.</returns>
    public string? Refuse(string name, string address, AzureService service)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
            return $"{name} is '{address}', which is not an https address. Your sign-in goes over nothing else.";

        var hosts = service == AzureService.Storage ? StorageHosts : VaultHosts;
        return hosts.Any(host => url.IdnHost.EndsWith(host, StringComparison.OrdinalIgnoreCase)) || allowedHosts.Contains(url.IdnHost, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"{name} is '{address}', which is not an address of Azure {(service == AzureService.Storage ? "Storage" : "Key Vault")}, and your sign-in would go there. "
                + $"Correct it, or give --allow-host {url.IdnHost} if you trust that host with it.";
    }
}
