using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Catalogue;

/// <summary>
/// Makes webhooks as their sender makes them: the body, its signature, and the header that names the event type.
/// </summary>
/// <param name="scheme">How the sender signs.</param>
/// <param name="keys">What it signs with; several only where the scheme sets a header for each.</param>
internal sealed class WebhookSigner(SignatureScheme scheme, params IReadOnlyList<VerificationKey> keys)
{
    /// <summary>
    /// Where a sample body must differ from others beyond the scheme's own rule: a source's <c>ReplayKey</c>.
    /// </summary>
    public IReadOnlyList<JsonPointer> ReplayKey { get; init; } = [];

    /// <summary>Makes and signs one.</summary>
    /// <param name="url">Where it will be sent; its path is signed by schemes that sign one.</param>
    /// <param name="id">Its id; a sample body contains it.</param>
    /// <param name="sentAt">When it is sent; signed by schemes that have a timestamp.</param>
    /// <param name="eventType">
    /// The event's type, which goes into a sample body or the sender's header; null: a sample's own.
    /// </param>
    /// <param name="body">The body; null: a sample as the sender writes it.</param>
    /// <exception cref="InvalidOperationException">A key is public: it can verify only.</exception>
    public SignedWebhook Create(Uri url, string id, DateTimeOffset sentAt, string? eventType, byte[]? body = null)
    {
        body ??= SamplePayload.Create(scheme, id, eventType, ReplayKey);
        var headers = new HeaderDictionary();
        foreach (var key in keys)
            scheme.Sign(headers, new OutgoingWebhook(id, sentAt, url.AbsolutePath, body), key);
        if (scheme.Payload.EventTypeHeader is { } header)
            headers[header] = eventType ?? SamplePayload.DefaultEventType;
        return new SignedWebhook(url, headers, body);
    }
}
