using FunctionsIngest.Configuration;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Checks the secrets of the configuration when the host starts. Those of a vault are reported when they are read.
/// </summary>
/// <param name="reading">The sources that name the secrets.</param>
/// <param name="vault">Whether the secrets are in the configuration at all.</param>
/// <param name="secrets">The secrets.</param>
internal sealed class SourceSecretsValidator(SourceReading reading, BoundSettings<KeyVaultOptions> vault, ConfigurationSecretReader secrets) : IValidateOptions<SourcesOptions>
{
    public ValidateOptionsResult Validate(string? name, SourcesOptions options)
    {
        var errors = new List<string>();
        foreach (var source in vault.Value.UsesVault ? [] : reading.Sources)
            Check(source, secrets, errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>Checks that each secret that a source names is there and holds keys that its scheme can use.</summary>
    /// <param name="source">The source.</param>
    /// <param name="secrets">The secrets.</param>
    /// <param name="errors">Receives what is wrong, by the setting's name and never its value.</param>
    public static void Check(Source source, ConfigurationSecretReader secrets, ICollection<string> errors)
    {
        foreach (var name in source.SecretNames)
        {
            var keys = Read(name, $"Webhooks:Sources:{source.Name}:Secrets");
            for (var i = 0; i < keys.Count; i++)
            {
                if (source.Scheme.ReadKey(keys[i], out _) is { } problem)
                {
                    var key = ConfigurationSecretReader.KeyOf(name) + (keys.Count == 1 ? "" : $", key {i + 1}");
                    errors.Add($"{key} is not a key that source '{source.Name}' can use: {problem}. Set it to the key as the sender shows it, one key a line.");
                }
            }
        }

        if (source.ClientKeyName is { } clientKey)
            Read(clientKey, $"Webhooks:Sources:{source.Name}:ClientKey");

        IReadOnlyList<string> Read(string name, string setting)
        {
            var key = ConfigurationSecretReader.KeyOf(name);
            var keys = SecretText.Split(secrets.Find(name) ?? "");
            if (keys.Count == 0)
                errors.Add($"{key} is not set, and {setting} names it. Set it to the sender's secret, or set {KeyVaultOptions.UriKey} to the vault that holds it.");
            return keys;
        }
    }
}
