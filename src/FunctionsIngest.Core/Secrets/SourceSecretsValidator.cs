using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Checks when the host starts which sources name the same secret, and the secrets of the configuration. Those of a
/// vault are reported when they are read.
/// </summary>
/// <param name="reading">The sources that name the secrets.</param>
/// <param name="vault">Whether the secrets are in the configuration at all.</param>
/// <param name="secrets">The secrets.</param>
internal sealed class SourceSecretsValidator(SourceReading reading, BoundSettings<KeyVaultOptions> vault, ConfigurationSecretReader secrets) : IValidateOptions<SourcesOptions>
{
    public ValidateOptionsResult Validate(string? name, SourcesOptions options)
    {
        List<string> errors = [.. SecretUse.FindShared([.. reading.Sources.SelectMany(SecretUse.Of)], [])];
        foreach (var source in vault.Value.UsesVault ? [] : reading.Sources)
            Check(source, secrets, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Checks that each secret that a source names is there and is a key that its scheme can use.</summary>
    /// <param name="source">The source.</param>
    /// <param name="secrets">The secrets.</param>
    /// <param name="errors">Receives what is wrong, by the setting's name and never its value.</param>
    public static void Check(Source source, ConfigurationSecretReader secrets, ICollection<string> errors)
    {
        foreach (var use in SecretUse.Of(source))
        {
            foreach (var version in Read(use.Name, use.Setting, "the sender's secret", secrets, errors))
            {
                if (SecretCheck.ReadKeys(source, use.Kind, version.Value, out _) is { } problem)
                    errors.Add($"{version.Id} is not a key that source '{source.Name}' can use: {problem}. Set it to the key as the sender shows it.");
            }
        }
    }

    /// <summary>Reads a secret that a setting names.</summary>
    /// <param name="name">The secret's name.</param>
    /// <param name="setting">The setting.</param>
    /// <param name="value">What the secret should be set to.</param>
    /// <param name="secrets">The secrets.</param>
    /// <param name="errors">Receives how it is set wrongly, or that it is not set.</param>
    public static IReadOnlyList<SecretVersion> Read(string name, string setting, string value, ConfigurationSecretReader secrets, ICollection<string> errors)
    {
        if (secrets.Read(name, out var versions) is { } problem)
        {
            // Two settings may name the same secret.
            if (!errors.Contains(problem))
                errors.Add(problem);
        }
        else if (versions.Count == 0)
        {
            errors.Add($"{ConfigurationSecretReader.KeyOf(name)} is not set, and {setting} names it. Set it to {value}, or set {KeyVaultOptions.UriKey} to the vault that holds it.");
        }

        return versions;
    }
}
