using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Secrets from the configuration, as <c>Secrets:{name}</c>: one version each, read again at every refresh.
/// </summary>
internal sealed class ConfigurationSecretReader(IConfiguration configuration) : ISecretReader
{
    /// <inheritdoc />
    public Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<SecretVersion>>(
            Find(name) is { } value && !string.IsNullOrWhiteSpace(value) ? [new SecretVersion(value)] : []);

    /// <summary>A secret's text; null if it is not set.</summary>
    public string? Find(string name) => configuration[KeyOf(name)];

    /// <summary>Has something done whenever the configuration was read again, until it is disposed.</summary>
    public IDisposable OnChange(Action changed) => ChangeToken.OnChange(configuration.GetReloadToken, changed);

    /// <inheritdoc />
    public string Describe(string name) => KeyOf(name);

    /// <summary>The configuration's key of a secret.</summary>
    public static string KeyOf(string name) => $"Secrets:{name}";

    /// <summary>
    /// The name under which those who sign keep the private half of a public key; of any other secret, its own.
    /// </summary>
    public static string SigningNameOf(string name) => name.Replace("-public-", "-private-", StringComparison.Ordinal);
}
