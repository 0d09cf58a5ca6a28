using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>The configured clients of the delivery test.</summary>
internal sealed class DeliveryTestClients : IDisposable
{
    private readonly Dictionary<string, CachedSecret> _secrets = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<DeliveryTestClient> _clients = [];
    private readonly TimeProvider _time;

    public DeliveryTestClients(
        IOptions<DeliveryTestsOptions> options, ISecretReader reader, IOptions<KeyVaultOptions> vault, VaultMetrics metrics, TimeProvider time, ILogger<DeliveryTestClients> logger)
    {
        _time = time;
        foreach (var (id, client) in options.Value.DeliveryTests.OrderBy(client => client.Key, StringComparer.Ordinal))
        {
            var name = client.ApiKeySecret!;
            if (!_secrets.TryGetValue(name, out var secret))
                _secrets.Add(name, secret = new CachedSecret(name, reader, vault.Value, time, metrics, logger));
            _clients.Add(new DeliveryTestClient(id, client, secret, time));
        }
    }

    /// <summary>
    /// Finds the client of an API key. Every client's keys are compared, whether one has matched or not.
    /// </summary>
    /// <param name="apiKey">What the caller offered.</param>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    /// <returns>The client and its key's text; null if no client has the key.</returns>
    /// <exception cref="SecretsUnavailableException">
    /// No client whose key is known has it, and some key is not known.
    /// </exception>
    public async Task<(DeliveryTestClient Client, string Key)?> FindAsync(string apiKey, CancellationToken cancellationToken)
    {
        await ReadMissingAsync(cancellationToken);

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(apiKey));
        (DeliveryTestClient, string)? found = null;
        foreach (var client in _clients)
        {
            if (client.FindKey(hash) is { } key)
                found ??= (client, key);
        }

        if (found is null && _clients.FirstOrDefault(client => !client.HasKey) is { } unknown)
            throw new SecretsUnavailableException($"The API key of the delivery test's client '{unknown.Id}' could not be read.");
        return found;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var secret in _secrets.Values)
            secret.Dispose();
    }

    private async Task ReadMissingAsync(CancellationToken cancellationToken)
    {
        List<Task> reads = [.. _clients.Select(client => client.Refresh()).OfType<Task>()];
        if (reads.Count == 0)
            return;

        try
        {
            await Task.WhenAll(reads).WaitAsync(KeyRing.LongestWait, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What has been read by now decides.
        }
    }
}
