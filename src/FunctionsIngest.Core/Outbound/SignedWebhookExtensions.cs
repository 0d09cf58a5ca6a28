using System.Net.Http.Headers;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Outbound;

/// <summary>Sends webhooks over HTTP.</summary>
internal static class SignedWebhookExtensions
{
    /// <summary>The request that sends a webhook; a request can be sent once.</summary>
    public static HttpRequestMessage ToRequest(this SignedWebhook webhook)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(webhook.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SignedWebhook.ContentType);
        foreach (var (name, values) in webhook.Headers)
            request.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        return request;
    }
}
