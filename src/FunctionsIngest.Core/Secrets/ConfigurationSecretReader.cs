using Microsoft.Extensions.Configuration;

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

    /// <inheritdoc />
    public string Describe(string name) => KeyOf(name);

    /// <summary>The configuration's key of a secret.</summary>
    public static string KeyOf(string name) => $"Secrets:{name}";

    /// <summary>
    /// The name under which those who sign keep the private half of a public key; of any other secret, its own.
    /// </summary>
    public static string SigningNameOf(string name) => name.Replace("-public-", "-private-", StringComparison.Ordinal);
}
