using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Sources;

/// <summary>
/// The sources of a local host that has not been told of any, so that it can be tried at once. One source of the user's
/// own, and these are gone.
/// </summary>
internal static class DefaultSources
{
    /// <summary>Their settings.</summary>
    public static IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>(
        from source in new[]
        {
            ("begini", "begini", "begini-api-key"),
            ("standardwebhooks", "standard-webhooks", "standardwebhooks-secret"),
            ("aghanim", "aghanim", "aghanim-secret"),
            ("qitech", "qi-tech", "qitech-public-key"),
        }
        let key = $"{WebhookSettings.Section}:{nameof(SourcesOptions.Sources)}:{source.Item1}"
        from setting in new KeyValuePair<string, string?>[] { new($"{key}:Scheme", source.Item2), new($"{key}:Secrets:0", source.Item3) }
        select setting);

    /// <summary>Whether a configuration has no source.</summary>
    public static bool AreNeededBy(IConfiguration configuration)
        => !WebhookSettings.Of(configuration).GetSection(nameof(SourcesOptions.Sources)).GetChildren().Any();
}
