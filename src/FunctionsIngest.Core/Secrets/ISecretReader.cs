namespace FunctionsIngest.Secrets;

/// <summary>Where secrets are kept: a vault or the configuration.</summary>
internal interface ISecretReader
{
    /// <summary>
    /// Reads the versions of a secret that are enabled, started and not expired, newest first; none if there is no such
    /// secret. A vault's are at most <see cref="KeyVaultOptions.MaxVersions"/> that are usable, and the unusable ones
    /// that are newer than one of them. May be called from several threads.
    /// </summary>
    /// <param name="name">The secret's name.</param>
    /// <param name="isUsable">Whether a text is a key to somebody.</param>
    /// <param name="cancellationToken">Set when the read has taken too long.</param>
    /// <exception cref="Exception">The store could not be asked: what was read before stays in force.</exception>
    Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, Func<string, bool> isUsable, CancellationToken cancellationToken);

    /// <summary>How a message names the secret.</summary>
    string Describe(string name);

    /// <summary>How a message names a version of it.</summary>
    string Describe(string name, SecretVersion version) => version.Id is null ? Describe(name) : $"{Describe(name)}, version {version.Id}";
}
