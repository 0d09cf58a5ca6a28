using System.Globalization;
using FunctionsIngest.Outbound;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>
/// Sends a client one test webhook, signed like a real one, and says what its receiver answered. Source:
/// begini.helpjuice.com, "Testing and Security".
/// </summary>
internal sealed partial class DeliveryTester(DeliveryTestClients clients, ReceiverCaller receivers, TimeProvider time, ILogger<DeliveryTester> logger)
{
    /// <summary>The header with the client's API key.</summary>
    public const string KeyHeader = "Api-key";

    /// <summary>The event type of a test webhook.</summary>
    public const string EventType = "webhook.test";

    /// <summary>
    /// How many wrong keys a minute are answered with 403, of all callers together. Then every key is answered with
    /// 429, the right one too, until the minute ends.
    /// </summary>
    public const int WrongKeysPerMinute = 60;

    // Drawn on before the comparison, and given back by a right key. Drawn on after it, it would slow down only the
    // guesses that miss. The price: anybody can keep the clients from their tests for as long as they guess.
    private readonly RequestLimit _wrongKeys = new(WrongKeysPerMinute, time);

    /// <summary>Answers one request. Never throws, never answers 500.</summary>
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        try
        {
            return (await TestAsync(context.Request, context.RequestAborted)).ToResult(context.Response);
        }
        catch (SecretsUnavailableException exception)
        {
            Log.KeysUnavailable(logger, exception);
            return DeliveryTestAnswer.KeysUnavailable.ToResult(context.Response);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone.
            return Results.Empty;
        }
    }

    private async Task<DeliveryTestAnswer> TestAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(request.Method))
            return DeliveryTestAnswer.MethodNotAllowed;

        var read = HeaderValue.ReadWhole(request.Headers, KeyHeader, out var apiKey);
        if (read == VerificationResult.HeaderMissing)
            return DeliveryTestAnswer.NoKey;

        if (!_wrongKeys.TryTake(out var retryAfter))
            return DeliveryTestAnswer.TooMany(retryAfter);

        // The Functions host joins a header that came twice; but the key itself may have a comma.
        var (whole, one) = (apiKey.ToString(), HeaderValue.Unjoin(apiKey).ToString());
        var found = read == VerificationResult.Verified ? await clients.FindAsync(whole, cancellationToken) : null;
        if (found is null && read == VerificationResult.Verified && one != whole)
            found = await clients.FindAsync(one, cancellationToken);
        if (found is not var (client, key))
        {
            Log.WrongKey(logger);
            return DeliveryTestAnswer.InvalidKey;
        }

        _wrongKeys.GiveBack();
        if (client.Receiver is null)
            return DeliveryTestAnswer.NotSet(client.Id);

        return client.Limit.TryTake(out var wait) ? await DeliverAsync(client, client.Receiver, key, cancellationToken) : DeliveryTestAnswer.TooMany(wait);
    }

    private async Task<DeliveryTestAnswer> DeliverAsync(DeliveryTestClient client, Uri receiver, VerificationKey key, CancellationToken cancellationToken)
    {
        var id = $"test_{Guid.NewGuid():N}";
        var webhook = new WebhookSigner(client.Scheme, key).Create(receiver, id, time.GetUtcNow(), EventType);
        var started = time.GetTimestamp();
        try
        {
            var answer = await receivers.PostAsync(webhook, client.AllowPrivateAddresses, cancellationToken);
            Log.Delivered(logger, client.Id, answer.Status);
            return answer.IsSuccess
                ? DeliveryTestAnswer.Delivered(
                    answer.Status,
                    string.Create(CultureInfo.InvariantCulture, $"Test webhook {id} was delivered to {receiver.Host} in {time.GetElapsedTime(started).TotalMilliseconds:0} ms"))
                : DeliveryTestAnswer.ReceiverRefused(answer);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException)
        {
            Log.NotDelivered(logger, exception, client.Id);
            return DeliveryTestAnswer.CannotConnect(receiver.Host);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Delivery test of {Client}: its receiver answered {Status}.")]
        public static partial void Delivered(ILogger logger, string client, int status);

        [LoggerMessage(2, LogLevel.Warning, "Delivery test of {Client}: its receiver could not be reached.")]
        public static partial void NotDelivered(ILogger logger, Exception exception, string client);

        [LoggerMessage(3, LogLevel.Information, "A delivery test was refused: no client has its API key.")]
        public static partial void WrongKey(ILogger logger);

        [LoggerMessage(4, LogLevel.Error, "A delivery test could not be answered: its API key cannot be checked.")]
        public static partial void KeysUnavailable(ILogger logger, Exception exception);
    }
}
