using FunctionsIngest.Sources;

namespace FunctionsIngest.Secrets;

/// <summary>A setting that names a secret.</summary>
/// <param name="Setting">The setting, such as <c>Webhooks:Sources:begini:Secrets</c>.</param>
/// <param name="Name">The secret's name.</param>
/// <param name="Kind">What the secret is to the setting.</param>
internal sealed record SecretUse(string Setting, string Name, SecretUse.Role Kind)
{
    /// <summary>What a secret is to a setting.</summary>
    internal enum Role
    {
        /// <summary>It verifies a source's webhooks.</summary>
        Key,

        /// <summary>A source's sender names it beside its signature.</summary>
        ClientKey,

        /// <summary>A client of the delivery test sends it.</summary>
        ApiKey,
    }

    /// <summary>The source's setting that allows others to name the same secret; null: not of a source.</summary>
    public string? AllowSetting { get; init; }

    /// <summary>Whether that is set.</summary>
    public bool AllowsSharing { get; init; }

    /// <summary>The secrets of a source.</summary>
    public static IEnumerable<SecretUse> Of(Source source)
    {
        var setting = $"Webhooks:Sources:{source.Name}";
        var allow = $"{setting}:{nameof(SourceOptions.AllowSharedSecret)}";
        var uses = source.SecretNames.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => new SecretUse($"{setting}:Secrets", name, Role.Key));
        if (source.ClientKeyName is { } clientKey)
            uses = uses.Append(new SecretUse($"{setting}:ClientKey", clientKey, Role.ClientKey));
        return uses.Select(use => use with { AllowSetting = allow, AllowsSharing = source.AllowSharedSecret });
    }

    /// <summary>Finds the settings that must not name the same secret and do.</summary>
    /// <param name="uses">The settings, each compared with those after it.</param>
    /// <param name="others">Settings that each of them is compared with as well.</param>
    /// <returns>A sentence for each pair, with the settings and the fix.</returns>
    public static IEnumerable<string> FindShared(IReadOnlyList<SecretUse> uses, IReadOnlyList<SecretUse> others)
        => uses.SelectMany((use, index) => uses.Skip(index + 1).Concat(others).Select(use.ProblemWith)).OfType<string>();

    private string? ProblemWith(SecretUse other)
    {
        if (!string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase))
            return null;

        var both = $"{Setting} and {other.Setting} name the same secret, '{Name}'";
        if ((Kind == Role.ClientKey) != (other.Kind == Role.ClientKey))
            return $"{both}, and a client key is sent in every request as it is: give each a secret of its own.";
        if (AllowSetting is null && other.AllowSetting is null)
            return $"{both}, so the two clients could not be told apart: give each a secret of its own.";
        if (AllowsSharing || other.AllowsSharing)
            return null;

        return AllowSetting is null || other.AllowSetting is null
            ? $"{both}, so the client could sign the source's webhooks: give each a secret of its own. If it may, set {AllowSetting ?? other.AllowSetting} to true."
            : $"{both}, so a webhook of one could be sent to the other: give each a secret of its own. While a source is being renamed, set {AllowSetting} to true.";
    }
}
