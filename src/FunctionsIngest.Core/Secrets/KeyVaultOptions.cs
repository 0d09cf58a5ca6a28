using FunctionsIngest.Configuration;

namespace FunctionsIngest.Secrets;

/// <summary>
/// The section <c>KeyVault</c> of the configuration. All but the first two hold for secrets from the configuration as
/// well.
/// </summary>
internal sealed class KeyVaultOptions : BoundOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "KeyVault";

    /// <summary>The full name of <see cref="Uri"/>.</summary>
    public const string UriKey = $"{Section}:{nameof(Uri)}";

    /// <summary>
    /// The vault's address, such as <c>https://name.vault.azure.net</c>. Not set: a secret is read from
    /// <c>Secrets:{name}</c> of the configuration.
    /// </summary>
    public string? Uri { get; set; }

    /// <summary>
    /// The client id of the user-assigned managed identity that reads the vault. Not set: the system-assigned one.
    /// </summary>
    public string? ClientId { get; set; }

    /// <summary>
    /// How often each secret is read again; every instance does so a little earlier, by chance. Ten seconds to one day.
    /// </summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many versions of a secret are valid at a time, the newest; those that are refused do not count. 1 to 8.
    /// </summary>
    public int MaxVersions { get; set; } = 3;

    /// <summary>
    /// How long the last good keys keep serving while the vault cannot be read. At least the refresh interval, at most
    /// 30 days.
    /// </summary>
    public TimeSpan OutageTolerance { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether secrets are read from a vault, and not from the configuration.</summary>
    internal bool UsesVault => !string.IsNullOrEmpty(Uri);
}
