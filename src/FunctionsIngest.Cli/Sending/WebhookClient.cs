using FunctionsIngest.Outbound;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Cli.Sending;

/// <summary>Sends webhooks and reads the answers.</summary>
/// <param name="connections">The most connections at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class WebhookClient(int connections, TimeProvider time) : IDisposable
{
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
        using var request = webhook.ToRequest();
        var started = time.GetTimestamp();
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            var body = new AnswerBeginning();
            await body.ReadAsync(response.Content, either.Token);
            return new WebhookAnswer((int)response.StatusCode, body.Text, time.GetElapsedTime(started));
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
}
