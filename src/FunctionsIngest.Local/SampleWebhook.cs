using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
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
        foreach (var secretName in source.SecretNames)
        {
            if (new ConfigurationSecretReader(configuration).Find(ConfigurationSecretReader.SigningNameOf(secretName)) is not [var secret, ..]
                || source.Scheme.ReadKey(secret, out var key) is not null)
            {
                continue;
            }

            try
            {
                var signer = new WebhookSigner(source.Scheme, key!) { ReplayKey = source.ReplayKey };
                return signer.Create(new Uri(app, $"/webhooks/{source.Name}"), id, sentAt, eventType);
            }
            catch (InvalidOperationException)
            {
                // A public key: it verifies only.
            }
        }

        return null;
    }
}
