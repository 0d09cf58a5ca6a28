using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Cli.Sending;

/// <summary>
/// The headers of a webhook that carry a secret as it is, or a token that opens a door by itself. They are sent, and
/// never shown.
/// </summary>
/// <param name="names">The headers.</param>
internal sealed class SecretHeaders(IReadOnlyList<string> names)
{
    /// <summary>What is shown in place of a value.</summary>
    public const string Redacted = "<redacted>";

    /// <summary>The headers of a scheme.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="isDevelopmentKey">
    /// Whether the local host made the key that signs. A token that it signs opens nothing but the local host.
    /// </param>
    public static SecretHeaders Of(SignatureScheme scheme, bool isDevelopmentKey) => new(scheme switch
    {
        TemplateScheme { Definition: { IsToken: true, Header: var header } } => [header],
        QiTechScheme when isDevelopmentKey => [QiTechScheme.ClientKeyHeader],
        QiTechScheme => [QiTechScheme.TokenHeader, QiTechScheme.ClientKeyHeader],
        _ => [],
    });

    /// <summary>Those that a webhook has.</summary>
    public IReadOnlyList<string> In(SignedWebhook webhook) => [.. names.Where(webhook.Headers.ContainsKey)];

    /// <summary>The webhook as it may be shown.</summary>
    public SignedWebhook Redact(SignedWebhook webhook)
    {
        var headers = new HeaderDictionary(webhook.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        foreach (var name in In(webhook))
            headers[name] = Redacted;
        return webhook with { Headers = headers };
    }
}
