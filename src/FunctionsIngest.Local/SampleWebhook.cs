using FunctionsIngest.Outbound;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Local;

/// <summary>Webhooks as a source would send them, made up and signed here.</summary>
internal static class SampleWebhook
{
    /// <summary>What every id that is made here begins with.</summary>
    public const string IdPrefix = "sample_";

    /// <summary>Makes a webhook that no one has sent before.</summary>
    /// <param name="source">Who sends it.</param>
    /// <param name="configuration">
    /// Where the key is: <c>Secrets:{name}</c>, a public key's private half beside it.
    /// </param>
    /// <param name="app">The address of the app that gets it.</param>
    /// <param name="sentAt">The time that is signed.</param>
    /// <returns>The webhook; null if there is no key here that can sign for this source.</returns>
    public static SignedWebhook? Create(Source source, IConfiguration configuration, Uri app, DateTimeOffset sentAt)
    {
        var id = $"{IdPrefix}{Guid.NewGuid():N}";
        var eventType = source.EventTypes?.Order(StringComparer.Ordinal).First();
        var clientKeys = TextsOf(source.ClientKeyName, configuration).Take(1).Select(text => new ClientKey(text)).ToList();
        foreach (var text in source.SecretNames.SelectMany(name => TextsOf(ConfigurationSecretReader.SigningNameOf(name), configuration)))
        {
            if (source.Scheme.ReadKey(text, out var key) is not null)
                continue;

            try
            {
                var signer = new WebhookSigner(source.Scheme, [key!, .. clientKeys]) { ReplayKey = source.ReplayKey };
                return signer.Create(new Uri(app, $"/webhooks/{source.Name}"), id, sentAt, eventType);
            }
            catch (InvalidOperationException)
            {
                // A public key: it verifies only.
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a webhook carries a secret of its source as it is: a token, or a client key. Such a webhook must not be
    /// shown.
    /// </summary>
    public static bool CarriesSecret(SignedWebhook webhook, Source source, IConfiguration configuration)
    {
        var request = RequestText.Http(webhook);
        return source.SecretNames.Append(source.ClientKeyName).SelectMany(name => TextsOf(name, configuration))
            .Any(text => request.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The keys in a secret, without the blanks around them.</summary>
    private static IEnumerable<string> TextsOf(string? secretName, IConfiguration configuration)
        => string.IsNullOrEmpty(secretName)
            ? []
            : new ConfigurationSecretReader(configuration).Find(secretName).Select(text => text.Trim()).Where(text => text.Length > 0);
}
