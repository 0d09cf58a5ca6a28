using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace FunctionsIngest.Chaos.Sending;

/// <summary>
/// Behaves like real senders: sends at once to whichever instance a load balancer would choose, sends again with
/// growing delays what got anything but a 2xx, hangs up when it has waited long enough, and resends some of what got
/// its 2xx.
/// </summary>
internal sealed class Sender(IReadOnlyList<string> urls, int seed) : IDisposable
{
    private const int MaxAtOnce = 24;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(4);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly SemaphoreSlim _turns = new(MaxAtOnce);
    private readonly ConcurrentDictionary<string, int> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _violations = new();
    private readonly Random _random = new(seed);
    private readonly Lock _turn = new();

    /// <summary>How many sends had which end.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>Answers that must not be.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Sends a webhook until it gets a 2xx, or its sender gives up; then resends some.</summary>
    public async Task DeliverAsync(Webhook webhook)
    {
        var copies = Chance(0.02) ? 2 : 1;
        await Task.WhenAll(Enumerable.Range(0, copies).Select(_ => SendUntilAcknowledgedAsync(webhook)));
        while (webhook.IsAcknowledged && Chance(0.05))
        {
            await Task.Delay(Between(0, 6_000), TimeProvider.System);
            await SendAsync(webhook, isResend: true);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _turns.Dispose();
    }

    private async Task SendUntilAcknowledgedAsync(Webhook webhook)
    {
        var backOff = TimeSpan.FromMilliseconds(250);
        while (!await SendAsync(webhook, isResend: false) && !webhook.GivesUp)
        {
            await Task.Delay(backOff + Between(0, 250), TimeProvider.System);
            backOff = backOff * 2 > LongestBackOff ? LongestBackOff : backOff * 2;
        }
    }

    /// <returns>Whether it got a 2xx.</returns>
    private async Task<bool> SendAsync(Webhook webhook, bool isResend)
    {
        await _turns.WaitAsync();
        try
        {
            using var hangUp = new CancellationTokenSource(Chance(0.03) ? Between(1, 200) : Patience, TimeProvider.System);
            using var request = Request(webhook, urls[Chance(0.5) ? 0 : urls.Count - 1]);
            using var response = await _http.SendAsync(request, hangUp.Token);
            var body = await response.Content.ReadAsStringAsync(hangUp.Token);
            return Judge(webhook, isResend, response.StatusCode, body);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            Count("connection refused or cut");
            return false;
        }
        catch (OperationCanceledException)
        {
            Count("sender hung up");
            return false;
        }
        finally
        {
            _turns.Release();
        }
    }

    private bool Judge(Webhook webhook, bool isResend, HttpStatusCode status, string body)
    {
        if (status == HttpStatusCode.ServiceUnavailable)
        {
            Count("503");
            return false;
        }

        if (status != HttpStatusCode.OK)
        {
            Count($"{(int)status}");
            _violations.Enqueue($"{webhook.EventId}: a genuine webhook was answered {(int)status}: {body}");
            return false;
        }

        using var json = JsonDocument.Parse(body);
        var outcome = json.RootElement.GetProperty("status").GetString()!;
        Count($"200 {outcome}");
        if (json.RootElement.GetProperty("id").GetString() is var id && id != webhook.EventId)
            _violations.Enqueue($"{webhook.EventId}: was answered with the id {id}.");
        if (isResend && outcome != "duplicate")
            _violations.Enqueue($"{webhook.EventId}: was {outcome} once more after its 2xx.");
        webhook.IsAcknowledged = true;
        return true;
    }

    private static HttpRequestMessage Request(Webhook webhook, string url)
    {
        var outgoing = webhook.Outgoing;
        // These re-sign a retry; the others send it as it was.
        if (webhook.Source.Scheme.Name == "standard-webhooks")
            outgoing = outgoing with { Timestamp = TimeProvider.System.GetUtcNow() };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{url}{outgoing.Path}")) { Content = new ReadOnlyMemoryContent(outgoing.Body) };
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in WebhookFactory.Sign(webhook.Source, outgoing))
            request.Headers.TryAddWithoutValidation(name, value.ToArray());
        return request;
    }

    private void Count(string answer) => _answers.AddOrUpdate(answer, 1, (_, count) => count + 1);

    private bool Chance(double share)
    {
        lock (_turn)
            return _random.NextDouble() < share;
    }

    private TimeSpan Between(int least, int most)
    {
        lock (_turn)
            return TimeSpan.FromMilliseconds(_random.Next(least, most));
    }
}
