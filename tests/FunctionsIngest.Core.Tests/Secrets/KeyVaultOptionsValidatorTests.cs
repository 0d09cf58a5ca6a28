using FunctionsIngest.Secrets;

namespace FunctionsIngest.Core.Tests.Secrets;

public class KeyVaultOptionsValidatorTests
{
    [Fact]
    public void The_defaults_are_valid()
        => Assert.True(new KeyVaultOptionsValidator().Validate(null, new KeyVaultOptions()).Succeeded);

    [Fact]
    public void An_address_with_https_is_valid()
        => Assert.True(new KeyVaultOptionsValidator().Validate(null, new KeyVaultOptions { Uri = "https://name.vault.azure.net/" }).Succeeded);

    [Fact]
    public void All_errors_are_reported_together_by_name_value_and_fix()
    {
        var options = new KeyVaultOptions { Uri = "name.vault.azure.net", RefreshInterval = TimeSpan.FromSeconds(9), MaxVersions = 9, OutageTolerance = TimeSpan.Zero };

        Assert.Equal(
            [
                "KeyVault:Uri is 'name.vault.azure.net'. Set it to the vault's https address, such as https://name.vault.azure.net.",
                "KeyVault:RefreshInterval is 00:00:09. Set it to between 00:00:10 and 1.00:00:00.",
                "KeyVault:MaxVersions is 9. Set it to between 1 and 8.",
                "KeyVault:OutageTolerance is 00:00:00. Set it to between KeyVault:RefreshInterval (00:00:09) and 30.00:00:00.",
            ],
            new KeyVaultOptionsValidator().Validate(null, options).Failures);
    }

    [Fact]
    public void The_vault_is_not_called_without_encryption()
        => Assert.True(new KeyVaultOptionsValidator().Validate(null, new KeyVaultOptions { Uri = "http://127.0.0.1:8443" }).Failed);
}
