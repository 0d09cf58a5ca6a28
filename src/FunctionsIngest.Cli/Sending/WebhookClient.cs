using System.Net.Http.Headers;
using System.Text;

namespace FunctionsIngest.Cli.Sending;

/// <summary>Sends webhooks and reads the answers.</summary>
/// <param name="connections">The most connections at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class WebhookClient(int connections, TimeProvider time) : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;

    // Longer than any sender waits.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = connections,
        ActivityHeadersPropagator = null,
    });

    /// <summary>Sends one.</summary>
    /// <returns>The answer, also where none came.</returns>
    public async Task<WebhookAnswer> SendAsync(SignedWebhook webhook, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ByteArrayContent(webhook.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SignedWebhook.ContentType);
        foreach (var header in webhook.Headers)
            request.Headers.TryAddWithoutValidation(header.Key, (IEnumerable<string?>)header.Value);

        var started = time.GetTimestamp();
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            var body = await ReadBeginningAsync(response.Content, either.Token);
            return new WebhookAnswer((int)response.StatusCode, body, time.GetElapsedTime(started));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new WebhookAnswer(0, exception.GetBaseException().Message, time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(0, $"No answer within {Patience.TotalSeconds:0} s.", time.GetElapsedTime(started));
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static async Task<string> ReadBeginningAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        using var kept = new MemoryStream();
        var buffer = new byte[4096];
        while (kept.Length < MaxAnswerBytes && await body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            kept.Write(buffer, 0, read);
        return Encoding.UTF8.GetString(kept.ToArray());
    }
}
