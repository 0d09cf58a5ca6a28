using Azure.Messaging;
using FunctionsIngest.Senders;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Queueing;

/// <summary>
/// What is known of an event's body and type, as its message, its archived form and its poison document say it.
/// </summary>
/// <param name="Assurance">How much the sender's signature proves of the body.</param>
/// <param name="IsTypeAuthenticated">Whether the signature covers the event's type.</param>
/// <param name="ContentCoding">
/// The coding that the body is in, as the unsigned Content-Encoding names it; null: none.
/// </param>
/// <param name="IsInflated">Whether the signed bytes were gzip, and the body is what they held.</param>
internal readonly record struct Provenance(Assurance Assurance, bool IsTypeAuthenticated, string? ContentCoding, bool IsInflated)
{
    private const string AssuranceName = "assurance";
    private const string TypeName = "typeauthenticated";
    private const string CodingName = "contentcoding";
    private const string InflatedName = "inflated";

    /// <summary>What is known of a webhook that has just been verified.</summary>
    public static Provenance Of(VerifiedWebhook webhook, PayloadFacts facts)
        => new(webhook.Assurance, webhook.AuthenticatesTypeOf(facts), webhook.ContentCoding, webhook.IsInflated);

    /// <summary>What is known of an event that a handler gets.</summary>
    public static Provenance Of(WebhookEvent webhookEvent)
        => new(webhookEvent.Assurance, webhookEvent.IsTypeAuthenticated, webhookEvent.ContentCoding, webhookEvent.IsInflated);

    /// <summary>Reads the attributes. One that is absent or not known gives the weaker meaning.</summary>
    public static Provenance ReadFrom(CloudEvent cloudEvent) => new(
        Text(cloudEvent, AssuranceName) == TextOf(Assurance.Verified) ? Assurance.Verified : Assurance.Authenticated,
        IsTrue(cloudEvent, TypeName),
        Text(cloudEvent, CodingName),
        IsTrue(cloudEvent, InflatedName));

    /// <summary>An assurance as it is written.</summary>
    public static string TextOf(Assurance assurance) => assurance == Assurance.Verified ? "verified" : "authenticated";

    /// <summary>Writes the attributes.</summary>
    public void WriteTo(CloudEvent cloudEvent)
    {
        var attributes = cloudEvent.ExtensionAttributes;
        attributes[AssuranceName] = TextOf(Assurance);
        attributes[TypeName] = IsTypeAuthenticated;
        if (ContentCoding is not null)
            attributes[CodingName] = ContentCoding;
        if (IsInflated)
            attributes[InflatedName] = true;
    }

    private static string? Text(CloudEvent cloudEvent, string name)
        => cloudEvent.ExtensionAttributes.TryGetValue(name, out var value) && value is string { Length: > 0 } text ? text : null;

    private static bool IsTrue(CloudEvent cloudEvent, string name)
        => cloudEvent.ExtensionAttributes.TryGetValue(name, out var value) && value is true;
}
