using System.Collections.Frozen;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Catalogue;

/// <summary>The senders that are known, and how each of them signs.</summary>
internal static class SchemeCatalogue
{
    /// <summary>The scheme that a source describes by itself, in its <c>Signature</c> section.</summary>
    public const string Custom = "custom";

    private static readonly FrozenDictionary<string, SchemeDefinition> Definitions = new[]
    {
        Begini(), Aghanim(), StandardWebhooks("standard-webhooks", "webhook"), StandardWebhooks("svix", "svix"), GitHub(), Stripe(), Slack(), Shopify(),
    }.ToFrozenDictionary(definition => definition.Name, StringComparer.Ordinal);

    /// <summary>Every name that the setting <c>Scheme</c> knows, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Definitions.Keys.Append(QiTechScheme.SchemeName).Append(Custom).Order(StringComparer.Ordinal)];

    /// <summary>Builds a source's scheme, with the source's own settings applied.</summary>
    /// <param name="sourceName">The source's name, as the errors show it.</param>
    /// <param name="options">The source's settings.</param>
    /// <param name="retention">
    /// How long a webhook is remembered. A timestamp may be older by half of it at most, so that a forgotten webhook is
    /// too old as well.
    /// </param>
    /// <param name="errors">Receives a sentence per mistake, which names the setting, the value and the fix.</param>
    /// <returns>The scheme; null if there was a mistake.</returns>
    public static SignatureScheme? Create(string sourceName, SchemeOptions options, TimeSpan retention, ICollection<string> errors)
    {
        var builder = new SchemeBuilder(sourceName, options, retention);
        var scheme = options.Scheme switch
        {
            null or "" => builder.Unknown(Names),
            QiTechScheme.SchemeName => builder.QiTech(),
            Custom => builder.Custom(),
            var name => Definitions.TryGetValue(name, out var definition) ? builder.Known(definition) : builder.Unknown(Names),
        };

        foreach (var error in builder.Errors)
            errors.Add(error);
        return builder.Errors.Count == 0 ? scheme : null;
    }

    /// <summary>Source: begini.helpjuice.com, "Testing and Security".</summary>
    private static SchemeDefinition Begini() => new()
    {
        Name = "begini",
        Header = "X-Signature",
        Versions = [new("", SignatureAlgorithm.HmacSha512)],
        Payload = new() { EventType = JsonPointer.Parse("/event/type") },
        Refusal = "Validation Failure",
    };

    /// <summary>Source: docs.aghanim.com, "Handle webhooks" and "Meet requirements".</summary>
    private static SchemeDefinition Aghanim() => new()
    {
        Name = "aghanim",
        Header = "x-aghanim-signature",
        Versions = [new("", SignatureAlgorithm.HmacSha256)],
        Content = ContentTemplate.Parse("{timestamp}.{body}"),
        TimestampHeader = "x-aghanim-signature-timestamp",

        // The document does not say that a retry is signed anew, so a retry may carry the first attempt's timestamp.
        PastTolerance = TimeSpan.FromDays(3),
        Payload = new()
        {
            EventType = JsonPointer.Parse("/event_type"),
            Ids = [JsonPointer.Parse("/idempotency_key"), JsonPointer.Parse("/event_id")],
            Required = true,

            // Source: the same document. A type that the receiver does not know gets 400 "Unknown event type".
            RefusesUnknownTypes = true,

            // Source: docs.aghanim.com, "Player verification". Any 2xx lets the player in.
            AwaitedTypes = FrozenSet.Create(StringComparer.Ordinal, "player.verify"),
        },
    };

    /// <summary>
    /// Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md; for Svix, which differs in
    /// the names of its headers, docs.svix.com, "Verifying webhooks manually".
    /// </summary>
    private static SchemeDefinition StandardWebhooks(string name, string headers) => new()
    {
        Name = name,
        Header = $"{headers}-signature",
        Versions = [new("v1,", SignatureAlgorithm.HmacSha256), new("v1a,", SignatureAlgorithm.Ed25519)],
        Encoding = SignatureEncoding.Base64,
        Separator = ' ',
        SecretFormat = SecretFormat.StandardWebhooks,
        MinKeyLength = StandardWebhooksKey.MinSharedLength,
        MaxKeyLength = StandardWebhooksKey.MaxSharedLength,
        Content = ContentTemplate.Parse("{id}.{timestamp}.{body}"),
        TimestampHeader = $"{headers}-timestamp",
        IdHeader = $"{headers}-id",
        Payload = new() { EventType = JsonPointer.Parse("/type") },
    };

    /// <summary>Source: docs.github.com, "Validating webhook deliveries". X-GitHub-Delivery is not signed.</summary>
    private static SchemeDefinition GitHub() => new()
    {
        Name = "github",
        Header = "X-Hub-Signature-256",
        Versions = [new("sha256=", SignatureAlgorithm.HmacSha256)],
        IdHeader = "X-GitHub-Delivery",
        Payload = new() { EventTypeHeader = "X-GitHub-Event", ListedTypes = HeaderTypes.GitHub },
    };

    /// <summary>
    /// Source: docs.stripe.com, "Verify webhook signatures manually". The secret is the whole text, <c>whsec_</c>
    /// included.
    /// </summary>
    private static SchemeDefinition Stripe() => new()
    {
        Name = "stripe",
        Header = "Stripe-Signature",
        Versions = [new("v1=", SignatureAlgorithm.HmacSha256)],
        Separator = ',',
        Content = ContentTemplate.Parse("{timestamp}.{body}"),
        TimestampPrefix = "t=",
        Payload = new() { EventType = JsonPointer.Parse("/type"), Ids = [JsonPointer.Parse("/id")] },
    };

    /// <summary>Source: docs.slack.dev, "Verifying requests from Slack".</summary>
    private static SchemeDefinition Slack() => new()
    {
        Name = "slack",
        Header = "X-Slack-Signature",
        Versions = [new("v0=", SignatureAlgorithm.HmacSha256)],
        Content = ContentTemplate.Parse("v0:{timestamp}:{body}"),
        TimestampHeader = "X-Slack-Request-Timestamp",
        Payload = new() { EventType = JsonPointer.Parse("/event/type"), Ids = [JsonPointer.Parse("/event_id")] },
    };

    /// <summary>
    /// Source: shopify.dev, "Deliver webhooks through HTTPS", verification. X-Shopify-Webhook-Id is not signed.
    /// </summary>
    private static SchemeDefinition Shopify() => new()
    {
        Name = "shopify",
        Header = "X-Shopify-Hmac-Sha256",
        Versions = [new("", SignatureAlgorithm.HmacSha256)],
        Encoding = SignatureEncoding.Base64,
        IdHeader = "X-Shopify-Webhook-Id",
        Payload = new() { EventTypeHeader = "X-Shopify-Topic", ListedTypes = HeaderTypes.Shopify },
    };
}
