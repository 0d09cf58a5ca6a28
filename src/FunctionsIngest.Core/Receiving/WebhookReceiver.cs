using System.Diagnostics;
using FunctionsIngest.Bodies;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace FunctionsIngest.Receiving;

/// <summary>From request to acknowledgement: the one path, readable top to bottom.</summary>
internal sealed partial class WebhookReceiver(
    SourceCatalogue catalogue,
    CallerCheck callers,
    RequestVerifier verifier,
    EventAdmission admission,
    HandOver handOver,
    BodyBudget budget,
    IOptions<BodyOptions> bodies,
    IOptions<ReceivingOptions> options,
    IngestMetrics metrics,
    TimeProvider time,
    ILogger<WebhookReceiver> logger)
{
    private const int MaxContentTypeLength = 256;

    // The rest is for writing the answer.
    private const double ShareOfCalls = 0.9;

    /// <summary>Answers one request. Never throws, never answers 500.</summary>
    public async Task<IResult> ReceiveAsync(HttpContext context, string sourceName)
    {
        var started = time.GetTimestamp();
        var isKnown = catalogue.TryGet(sourceName, out var source);
        var label = isKnown ? sourceName : IngestMetrics.Unknown;
        using var activity = IngestActivity.StartWebhook(label);
        metrics.Received(label);

        var answer = isKnown ? await AnswerAsync(context, source!) : Answer.UnknownSource;

        activity?.SetTag("webhook.outcome", answer.Outcome).SetTag("webhook.reason", answer.Reason).SetTag("http.response.status_code", answer.Status);
        if (answer.Status >= StatusCodes.Status500InternalServerError)
            activity?.SetStatus(ActivityStatusCode.Error, answer.Reason);
        metrics.Answered(label, answer.Outcome, answer.Reason, time.GetElapsedTime(started));
        return answer.ToResult(context.Response);
    }

    private async Task<Answer> AnswerAsync(HttpContext context, Source source)
    {
        if (callers.Refuse(context, source) is { } refusal)
            return refusal;
        if (!HttpMethods.IsPost(context.Request.Method))
            return Answer.MethodNotAllowed;

        var receivedAt = time.GetUtcNow();
        var head = new SignedRequest(context.Request.Method, context.Request.Path.Value ?? "", context.Request.Headers, default);
        var result = source.Scheme.CheckHead(head, receivedAt);
        if (result != VerificationResult.Verified)
            return Refuse(source, result);

        try
        {
            using var body = await ReadBodyAsync(context, source);
            return body is null ? Answer.TooLarge : await DecideAsync(source, head, body, receivedAt);
        }
        catch (BodyBudgetExceededException)
        {
            Log.NoRoom(logger, source.Name);
            return Answer.Unavailable("Memory");
        }
        catch (BadHttpRequestException exception)
        {
            return Answer.Unreadable(exception.StatusCode);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is IOException or OperationCanceledException)
        {
            return Answer.Broken(StatusCodes.Status400BadRequest);
        }
        catch (SecretsUnavailableException exception)
        {
            Log.SecretsUnavailable(logger, exception, source.Name);
            return Answer.Unavailable("Secrets");
        }
        catch (Exception exception)
        {
            Log.Unexpected(logger, exception, source.Name);
            return Answer.Unavailable("Unexpected");
        }
    }

    /// <returns>The body; null if it is larger than the limit.</returns>
    private async Task<RequestBody?> ReadBodyAsync(HttpContext context, Source source)
    {
        var limit = bodies.Value.MaxBodyBytes;
        var raw = await BodyBuffer.ReadAsync(context.Request, budget, source.Name, limit, context.RequestAborted);
        return raw is null ? null : new RequestBody(raw, budget, source.Name, limit);
    }

    private async Task<Answer> DecideAsync(Source source, SignedRequest head, RequestBody body, DateTimeOffset receivedAt)
    {
        // The storage calls end by this deadline and by nothing else: a caller that hangs up changes nothing.
        using var deadline = new CancellationTokenSource(options.Value.AnswerWithin * ShareOfCalls, time);
        var decoded = source.Scheme.SignsBeforeCompression
            ? await body.DecodeAsync(HeaderValue.UnjoinedOf(head.Headers, HeaderNames.ContentEncoding), deadline.Token)
            : ContentCodingResult.NotCoded;
        if (decoded == ContentCodingResult.TooLarge)
            return Answer.TooLarge;
        if (decoded == ContentCodingResult.Undecodable)
            return Refuse(source, VerificationResult.BodyUndecodable);

        var request = head with { Body = body.Plain, IsDecoded = decoded == ContentCodingResult.Decoded };
        var (result, webhook) = await verifier.VerifyAsync(source, request, receivedAt, deadline.Token);
        if (webhook is null)
            return Refuse(source, result);

        return await webhook.InflateAsync(stream => body.ReadAsync(stream, deadline.Token))
            ? await AcceptAsync(source, webhook, body, receivedAt, deadline.Token)
            : Answer.TooLarge;
    }

    private Answer Refuse(Source source, VerificationResult result)
    {
        Log.Refused(logger, source.Name, result);
        return Answer.Refused(source.Scheme.Refusal, result);
    }

    private async Task<Answer> AcceptAsync(
        Source source, VerifiedWebhook webhook, RequestBody body, DateTimeOffset receivedAt, CancellationToken deadline)
    {
        var isAcceptable = webhook.TryRead(source.ReplayKey, out var facts);
        var key = EventKey.Of(webhook.ReplayKeyOf(source.Name, facts, source.EventTypes));
        using var scope = logger.BeginScope(new WebhookScope(source.Name, key.EventId));
        Activity.Current?.SetTag("webhook.id", key.EventId);
        if (admission.Refuse(source, isAcceptable, facts) is { } refusal)
            return refusal;

        var contentType = HeaderValue.UnjoinedOf(webhook.Headers, HeaderNames.ContentType);
        var envelope = Envelope.For(key, facts.EventType, receivedAt) with
        {
            ContentType = contentType.Length is > 0 and <= MaxContentTypeLength ? contentType : null,
            Provenance = Provenance.Of(webhook, facts),
            TraceParent = Activity.Current?.Id,
            Body = BinaryData.FromBytes(webhook.Body),
        };
        try
        {
            return await handOver.AcceptAsync(key, envelope, deadline);
        }
        catch (Exception exception)
        {
            // The storage call that was given up may still read the body.
            body.Abandon();
            Log.Unavailable(logger, exception);
            return Answer.Unavailable("Storage");
        }
    }


    private static partial class Log
    {
        // A forger decides how often this is written, so alerts watch the metric instead.
        [LoggerMessage(1, LogLevel.Information, "Refused a request to {Source}: {Result}.")]
        public static partial void Refused(ILogger logger, string source, VerificationResult result);

        // The key ring has said why, once: a forger decides how often this is written.
        [LoggerMessage(2, LogLevel.Information, "No usable key for {Source}: answered 503.")]
        public static partial void SecretsUnavailable(ILogger logger, Exception exception, string source);

        [LoggerMessage(3, LogLevel.Error, "The webhook could not be written to storage: answered 503.")]
        public static partial void Unavailable(ILogger logger, Exception exception);

        // As with refusals.
        [LoggerMessage(5, LogLevel.Information, "No room for a body of {Source} in Webhooks:MaxBytesInMemory or Webhooks:MaxBytesSpooled: answered 503.")]
        public static partial void NoRoom(ILogger logger, string source);

        [LoggerMessage(6, LogLevel.Error, "Something unexpected happened to a webhook of {Source}: answered 503.")]
        public static partial void Unexpected(ILogger logger, Exception exception, string source);
    }
}
