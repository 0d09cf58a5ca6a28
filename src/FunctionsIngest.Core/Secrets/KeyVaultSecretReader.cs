using System.Collections.Concurrent;
using Azure;
using Azure.Security.KeyVault.Secrets;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Secrets from Azure Key Vault. One read costs one call for every 25 versions that the secret has, and one call for
/// each version that was not read before. A version's value never changes, so it is asked for once. A version that is
/// not usable does not count: it must not displace a good one.
/// </summary>
internal sealed class KeyVaultSecretReader(SecretClient client, IOptions<KeyVaultOptions> options, TimeProvider clock) : ISecretReader
{
    /// <summary>How many versions are looked at to find usable ones.</summary>
    public const int MostVersionsRead = 25;

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, string>> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    /// <exception cref="RequestFailedException">The vault refused or could not be reached.</exception>
    public async Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, Func<string, bool> isUsable, CancellationToken cancellationToken)
    {
        // The caller holds a lock until the first wait, and whatever the client does before its own must not prolong
        // it.
        await Task.Yield();

        var newest = (await ListAsync(name, cancellationToken))
            .OrderByDescending(version => version.CreatedOn)
            .Take(MostVersionsRead)
            .ToList();

        var values = _values.GetOrAdd(name, static _ => new(StringComparer.Ordinal));
        foreach (var dropped in values.Keys.Except(newest.Select(version => version.Version)).ToList())
            values.TryRemove(dropped, out _);

        var usable = 0;
        var versions = new List<SecretVersion>();
        foreach (var version in newest)
        {
            if (usable == options.Value.MaxVersions)
                break;
            if (!values.TryGetValue(version.Version, out var value))
            {
                value = (await client.GetSecretAsync(name, version.Version, cancellationToken)).Value.Value;
                values[version.Version] = value;
            }

            versions.Add(new SecretVersion(value)
            {
                Id = version.Version,
                CreatedOn = version.CreatedOn ?? DateTimeOffset.MinValue,
                ExpiresOn = version.ExpiresOn,
            });
            if (isUsable(value))
                usable++;
        }

        return versions;
    }

    /// <inheritdoc />
    public string Describe(string name) => $"Secret '{name}' of {client.VaultUri}";

    private async Task<List<SecretProperties>> ListAsync(string name, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var listed = new List<SecretProperties>();
        try
        {
            await foreach (var version in client.GetPropertiesOfSecretVersionsAsync(name, cancellationToken))
            {
                if (version.Enabled is true && !(version.NotBefore > now) && !(version.ExpiresOn <= now))
                    listed.Add(version);
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            listed.Clear();
        }

        return listed;
    }
}
