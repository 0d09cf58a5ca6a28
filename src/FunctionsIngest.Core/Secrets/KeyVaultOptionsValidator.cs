using FunctionsIngest.Configuration;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Secrets;

/// <summary>Checks the section <c>KeyVault</c> when the host starts, all of it at once.</summary>
internal sealed class KeyVaultOptionsValidator : BoundOptionsValidator<KeyVaultOptions>
{
    private static readonly TimeSpan LeastRefreshInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostRefreshInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan MostOutageTolerance = TimeSpan.FromDays(30);

    protected override void Check(KeyVaultOptions options, List<string> errors)
    {
        if (!string.IsNullOrEmpty(options.Uri) && (!Uri.TryCreate(options.Uri, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps))
            errors.Add($"KeyVault:Uri is '{options.Uri}'. Set it to the vault's https address, such as https://name.vault.azure.net.");

        if (options.RefreshInterval < LeastRefreshInterval || options.RefreshInterval > MostRefreshInterval)
            errors.Add($"KeyVault:RefreshInterval is {options.RefreshInterval:c}. Set it to between {LeastRefreshInterval:c} and {MostRefreshInterval:c}.");

        if (options.MaxVersions is < 1 or > VerificationKey.MaxPerSource)
            errors.Add($"KeyVault:MaxVersions is {options.MaxVersions}. Set it to between 1 and {VerificationKey.MaxPerSource}.");

        if (options.OutageTolerance < options.RefreshInterval || options.OutageTolerance > MostOutageTolerance)
            errors.Add($"KeyVault:OutageTolerance is {options.OutageTolerance:c}. Set it to between KeyVault:RefreshInterval ({options.RefreshInterval:c}) and {MostOutageTolerance:c}.");
    }
}
