using System.Text;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Local;

/// <summary>A webhook as a source would send it, made up and signed here.</summary>
/// <param name="Path">The path that it is sent to.</param>
/// <param name="Headers">The headers that sign it.</param>
/// <param name="Body">The body, as it was signed.</param>
internal sealed record SampleWebhook(string Path, IHeaderDictionary Headers, string Body)
{
    /// <summary>What every id that is made here begins with.</summary>
    public const string IdPrefix = "sample_";

    /// <summary>Makes a webhook that no one has sent before.</summary>
    /// <param name="source">Who sends it.</param>
    /// <param name="configuration">Where the key is: <c>Secrets:{name}</c>, a public key's private half beside it.</param>
    /// <param name="sentAt">The time that is signed.</param>
    /// <returns>The webhook; null if there is no key here that can sign for this source.</returns>
    public static SampleWebhook? Create(Source source, IConfiguration configuration, DateTimeOffset sentAt)
    {
        var id = $"{IdPrefix}{Guid.NewGuid():N}";
        var body = SamplePayload.Create(source.Scheme, id, source.EventTypes?.Order(StringComparer.Ordinal).First(), source.ReplayKey);
        var webhook = new OutgoingWebhook(id, sentAt, $"/webhooks/{source.Name}", body);
        foreach (var secretName in source.SecretNames)
        {
            if (configuration[ConfigurationSecretReader.KeyOf(ConfigurationSecretReader.SigningNameOf(secretName))] is not { Length: > 0 } secret
                || source.Scheme.ParseKey(secret, out var key) is not null)
            {
                continue;
            }

            try
            {
                var headers = new HeaderDictionary();
                source.Scheme.Sign(headers, webhook, key!);
                return new SampleWebhook(webhook.Path, headers, Encoding.UTF8.GetString(body));
            }
            catch (InvalidOperationException)
            {
                // A public key: it verifies only.
            }
        }

        return null;
    }
}
