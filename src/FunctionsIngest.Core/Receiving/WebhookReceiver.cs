using System.Diagnostics;
using System.Net;
using FunctionsIngest.Bodies;
using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Receiving;

/// <summary>From request to acknowledgement: the one path, readable top to bottom.</summary>
internal sealed partial class WebhookReceiver(
    SourceCatalogue catalogue,
    RequestVerifier verifier,
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

    private readonly AddressRanges _trustedProxies = AddressRanges.Parse(ReceivingOptions.TrustedProxiesKey, options.Value.TrustedProxies, []);

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
        if (!HttpMethods.IsPost(context.Request.Method))
            return Answer.MethodNotAllowed;
        if (!source.AllowedAddresses.IsEmpty && !IsAllowed(context, source))
            return Answer.AddressNotAllowed(source.Scheme.Refusal);

        try
        {
            using var body = await ReadBodyAsync(context);
            return body is null ? Answer.TooLarge : await DecideAsync(context.Request, source, body);
        }
        catch (BodyBudgetExceededException exception)
        {
            Log.NoRoom(logger, exception, source.Name);
            return Answer.Unavailable("Memory");
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? Answer.TooLarge : Answer.Broken(exception.StatusCode);
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
    private async Task<RequestBody?> ReadBodyAsync(HttpContext context)
    {
        var limit = bodies.Value.MaxBodyBytes;
        var raw = await BodyBuffer.ReadAsync(context.Request, budget, limit, context.RequestAborted);
        return raw is null ? null : new RequestBody(raw, context.Request.Headers, budget, limit);
    }

    private async Task<Answer> DecideAsync(HttpRequest request, Source source, RequestBody body)
    {
        // The storage calls end by this deadline and by nothing else: a caller that hangs up changes nothing.
        using var deadline = new CancellationTokenSource(options.Value.AnswerWithin * ShareOfCalls, time);
        var receivedAt = time.GetUtcNow();
        var raw = new SignedRequest(request.Method, request.Path.Value ?? "", request.Headers, body.Raw);
        var (result, verified) = await verifier.VerifyAsync(source, raw, body, receivedAt, deadline.Token);
        if (result != VerificationResult.Verified)
        {
            Log.Refused(logger, source.Name, result);
            return Answer.Refused(source.Scheme.Refusal, result);
        }

        // The handlers get what the sender wrote, whichever form it signed.
        return await body.InflateAsync() == ContentCodingResult.TooLarge
            ? Answer.TooLarge
            : await AcceptAsync(request, source, verified, body, receivedAt, deadline.Token);
    }

    private async Task<Answer> AcceptAsync(
        HttpRequest request, Source source, SignedRequest verified, RequestBody body, DateTimeOffset receivedAt, CancellationToken deadline)
    {
        var payload = body.Plain;
        if (!PayloadReader.TryRead(payload.Span, source.Scheme.Payload, EventTypeHeader(request, source), source.ReplayKey, out var facts))
            return Answer.InvalidPayload;
        if (source.EventTypes is { } accepted && !accepted.Contains(facts.EventType))
            return Answer.UnknownEventType;

        var key = EventKey.Of(source.Scheme.ReplayKeyOf(source.Name, verified, facts));
        using var scope = logger.BeginScope(new WebhookScope(source.Name, key.EventId));
        Activity.Current?.SetTag("webhook.id", key.EventId);
        var envelope = Envelope.For(key, facts.EventType, receivedAt) with
        {
            ContentType = request.ContentType is { Length: <= MaxContentTypeLength } contentType ? contentType : null,
            Assurance = source.Scheme.Assurance,
            TraceParent = Activity.Current?.Id,
            Body = BinaryData.FromBytes(payload),
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

    private bool IsAllowed(HttpContext context, Source source)
    {
        var caller = CallerAddress.Find(context, _trustedProxies);
        if (caller is not null && source.AllowedAddresses.Contains(caller))
            return true;

        Log.AddressNotAllowed(logger, source.Name, caller);
        return false;
    }

    private static string? EventTypeHeader(HttpRequest request, Source source)
        => source.Scheme.Payload.EventTypeHeader is { } header ? request.Headers[header].ToString() : null;

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

        [LoggerMessage(4, LogLevel.Information, "Refused a request to {Source}: {Caller} is not one of its AllowedIPs.")]
        public static partial void AddressNotAllowed(ILogger logger, string source, IPAddress? caller);

        [LoggerMessage(5, LogLevel.Warning, "No room for a body of {Source}: answered 503.")]
        public static partial void NoRoom(ILogger logger, Exception exception, string source);

        [LoggerMessage(6, LogLevel.Error, "Something unexpected happened to a webhook of {Source}: answered 503.")]
        public static partial void Unexpected(ILogger logger, Exception exception, string source);
    }
}
