using System.Security.Cryptography;
using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>The configured clients of the delivery test.</summary>
internal sealed partial class DeliveryTestClients : IDisposable
{
    private readonly List<DeliveryTestClient> _clients = [];
    private readonly TimeProvider _time;
    private readonly VaultMetrics _metrics;
    private readonly ILogger _logger;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public DeliveryTestClients(
        IOptions<DeliveryTestsOptions> options, ISecretReader reader, IOptions<KeyVaultOptions> vault, VaultMetrics metrics, SecretFingerprints fingerprints, TimeProvider time, ILogger<DeliveryTestClients> logger)
    {
        (_time, _metrics, _logger) = (time, metrics, logger);
        foreach (var (id, settings) in options.Value.DeliveryTests.OrderBy(client => client.Key, StringComparer.Ordinal))
        {
            // Each client has a secret of its own, or the host does not start.
            var secret = new CachedSecret(settings.ApiKeySecret!, reader, vault.Value, time, metrics, logger);
            var client = new DeliveryTestClient(id, settings, secret, time);
            secret.AddUse(text => SecretCheck.ReadSigningKey(client.Scheme, text, out _) is null);
            secret.Refreshed += () => Report(client);
            secret.Refreshed += () => fingerprints.Note(secret.Name, secret.VersionsAt(time.GetUtcNow()).Select(version => version.Value));
            _clients.Add(client);
        }
    }

    /// <summary>Begins to read every API key, so that the log tells at once of those that cannot be used.</summary>
    public void Start()
    {
        foreach (var client in _clients)
            client.Secret.Refresh();
    }

    /// <summary>
    /// Finds the client of an API key. Every client's keys are compared, whether one has matched or not.
    /// </summary>
    /// <param name="apiKey">What the caller offered.</param>
    /// <param name="cancellationToken">Set when the caller hangs up.</param>
    /// <returns>The client and its key; null if no client has the key.</returns>
    /// <exception cref="SecretsUnavailableException">
    /// No client whose key is known has it, and some key is not known; or two clients have it.
    /// </exception>
    public async Task<(DeliveryTestClient Client, VerificationKey Key)?> FindAsync(string apiKey, CancellationToken cancellationToken)
    {
        await ReadMissingAsync(cancellationToken);

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(apiKey));
        var found = new List<(DeliveryTestClient Client, VerificationKey Key)>();
        foreach (var client in _clients)
        {
            if (client.FindKey(hash) is { } key)
                found.Add((client, key));
        }

        // Whose test it is cannot be told, and the wrong client's receiver must not be called.
        if (found.Count > 1)
            throw new SecretsUnavailableException($"The delivery test's clients {string.Join(" and ", found.Select(match => $"'{match.Client.Id}'"))} have the same API key.");
        if (found.Count == 0 && _clients.FirstOrDefault(client => !client.HasKey) is { } unknown)
            throw new SecretsUnavailableException($"The API key of the delivery test's client '{unknown.Id}' could not be read.");
        return found.Count == 0 ? null : found[0];
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var client in _clients)
            client.Secret.Dispose();
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

    private void Report(DeliveryTestClient client)
    {
        foreach (var version in client.Secret.VersionsAt(_time.GetUtcNow()))
        {
            var name = client.Secret.Describe(version);
            if (SecretCheck.ReadSigningKey(client.Scheme, version.Value, out _) is { } problem)
                Tell(client.Secret, $"{name} is not an API key of the delivery test's client '{client.Id}': {problem}.");

            foreach (var other in _clients.Where(other => other != client && Has(other, version.Value)))
                Tell(client.Secret, $"{name} is the API key of two clients of the delivery test, '{client.Id}' and '{other.Id}': neither is served with it.");
        }
    }

    private static bool Has(DeliveryTestClient client, string text)
        => client.FindKey(SHA256.HashData(Encoding.UTF8.GetBytes(SecretText.Trim(text)))) is not null;

    private void Tell(CachedSecret secret, string problem)
    {
        lock (_lock)
        {
            if (!_told.Add(problem))
                return;
        }

        Log.UnusableKey(_logger, problem);
        _metrics.Refused(secret.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Problem}")]
        public static partial void UnusableKey(ILogger logger, string problem);
    }
}
