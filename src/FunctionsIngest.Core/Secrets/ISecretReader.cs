namespace FunctionsIngest.Secrets;

/// <summary>Where secrets are kept: a vault or the configuration.</summary>
internal interface ISecretReader
{
    /// <summary>
    /// Reads the versions of a secret that are enabled, started and not expired, newest first. It reads at most
    /// <see cref="KeyVaultOptions.MaxVersions"/>; none if there is no such secret. May be called from several threads.
    /// </summary>
    /// <exception cref="Exception">The store could not be asked: what was read before stays in force.</exception>
    Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>How a message names the secret.</summary>
    string Describe(string name);
}
