using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Secrets from the configuration: <c>Secrets:{name}</c>, or a list of several valid ones, <c>Secrets:{name}:0</c> and
/// so on, the newest first. The name may be written with <c>_</c> in place of <c>-</c>, since most shells set no
/// variable with <c>-</c> in its name. Read again at every refresh.
/// </summary>
internal sealed class ConfigurationSecretReader(IConfiguration configuration) : ISecretReader
{
    /// <summary>The section's name.</summary>
    public const string Section = "Secrets";

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">
    /// The secret is set in two ways, or not as a value or a list.
    /// </exception>
    public Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, Func<string, bool> isUsable, CancellationToken cancellationToken)
        => Read(name, out var versions) is { } problem
            ? Task.FromException<IReadOnlyList<SecretVersion>>(new InvalidOperationException(problem))
            : Task.FromResult(versions);

    /// <summary>Reads a secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="versions">
    /// Its value, or those of its list, each with its key as its id; none if it is not set.
    /// </param>
    /// <returns>Null, or what is wrong with how it is set, with the keys and the fix.</returns>
    public string? Read(string name, out IReadOnlyList<SecretVersion> versions)
    {
        versions = [];
        List<IConfigurationSection> found = [.. new[] { name, name.Replace('-', '_') }.Distinct().Select(form => configuration.GetSection(KeyOf(form))).Where(IsSet)];
        if (found.Count > 1)
            return $"{found[0].Path} and {found[1].Path} are both set, and both are the secret '{name}': remove one of them.";
        if (found is not [var section])
            return null;

        List<IConfigurationSection> entries = [.. section.GetChildren()];
        if (entries.Count == 0)
        {
            versions = [new SecretVersion(section.Value!) { Id = section.Path }];
            return null;
        }

        if (!string.IsNullOrWhiteSpace(section.Value))
            return $"{section.Path} has a value and a list of values: remove one of them.";
        if (entries.Find(entry => entry.Value is null || !int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)) is { } wrong)
            return $"{wrong.Path} is not an entry of a list: write the values as {section.Path}:0, {section.Path}:1 and so on.";

        versions = [.. entries.Select(entry => new SecretVersion(entry.Value!) { Id = entry.Path })];
        return null;
    }

    /// <summary>The texts of a secret, the newest first; none if it is not set, or not as a value or a list.</summary>
    public IReadOnlyList<string> Find(string name)
    {
        Read(name, out var versions);
        return [.. versions.Select(version => version.Value)];
    }

    /// <summary>Has something done whenever the configuration was read again, until it is disposed.</summary>
    public IDisposable OnChange(Action changed) => ChangeToken.OnChange(configuration.GetReloadToken, changed);

    /// <inheritdoc />
    public string Describe(string name) => KeyOf(name);

    /// <inheritdoc />
    public string Describe(string name, SecretVersion version) => version.Id ?? KeyOf(name);

    /// <summary>The configuration's key of a secret.</summary>
    public static string KeyOf(string name) => $"{Section}:{name}";

    /// <summary>
    /// The name under which those who sign keep the private half of a public key; of any other secret, its own.
    /// </summary>
    public static string SigningNameOf(string name) => name.Replace("-public-", "-private-", StringComparison.Ordinal);

    private static bool IsSet(IConfigurationSection section) => !string.IsNullOrWhiteSpace(section.Value) || section.GetChildren().Any();
}
