using System.Diagnostics;
using System.Net;
using FunctionsIngest.Queueing;
using FunctionsIngest.Replay;
using FunctionsIngest.Secrets;
using FunctionsIngest.Signatures;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Ingestion;

/// <summary>From request to acknowledgement: the one path, readable top to bottom.</summary>
internal sealed partial class WebhookReceiver(
    SourceCatalogue catalogue,
    IKeyRing keyRing,
    ReplayTable table,
    EventQueue queue,
    BodyBudget budget,
    IOptions<WebhookOptions> options,
    IngestMetrics metrics,
    TimeProvider time,
    ILogger<WebhookReceiver> logger)
{
    private const int MaxContentTypeLength = 256;

    // The rest is for writing the answer.
    private const double ShareOfCalls = 0.9;

    private readonly AddressRanges _trustedProxies = AddressRanges.Parse(WebhookOptions.TrustedProxiesKey, options.Value.TrustedProxies, []);

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
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
            return Answer.MethodNotAllowed;
        if (!source.AllowedAddresses.IsEmpty && !IsAllowed(context, source))
            return Answer.AddressNotAllowed(source.Scheme.Refusal);

        try
        {
            var raw = await BodyBuffer.ReadAsync(request, budget, options.Value.MaxBodyBytes, context.RequestAborted);
            return raw is null ? Answer.TooLarge : await AnswerAsync(request, source, new RequestBody(raw, request.Headers, budget, options.Value.MaxBodyBytes));
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

    private async Task<Answer> AnswerAsync(HttpRequest request, Source source, RequestBody body)
    {
        Answer? answer = null;
        try
        {
            // The storage calls end by this deadline and by nothing else: a caller that hangs up changes nothing.
            using var deadline = new CancellationTokenSource(options.Value.AnswerWithin * ShareOfCalls, time);
            return answer = await AnswerAsync(request, source, body, deadline.Token);
        }
        finally
        {
            // A storage call that was given up may still read the body.
            if (answer is null or { Status: StatusCodes.Status503ServiceUnavailable })
                body.Abandon();
            else
                body.Free();
        }
    }

    private async Task<Answer> AnswerAsync(HttpRequest request, Source source, RequestBody body, CancellationToken deadline)
    {
        var receivedAt = time.GetUtcNow();
        var raw = new SignedRequest(request.Method, request.Path.Value ?? "", request.Headers, body.Raw);
        var (result, verified) = await VerifyAsync(source, raw, body, receivedAt, deadline);
        if (result != VerificationResult.Verified)
        {
            Log.Refused(logger, source.Name, result);
            return Answer.Refused(source.Scheme.Refusal, result);
        }

        // The handlers get what the sender wrote, whichever form it signed.
        return await body.InflateAsync() == ContentCodingResult.TooLarge
            ? Answer.TooLarge
            : await AcceptAsync(request, source, verified, body.Plain, receivedAt, deadline);
    }

    private async Task<Answer> AcceptAsync(
        HttpRequest request, Source source, SignedRequest verified, ReadOnlyMemory<byte> payload, DateTimeOffset receivedAt, CancellationToken deadline)
    {
        if (!PayloadReader.TryRead(payload.Span, source.Scheme.Payload, EventTypeHeader(request, source), source.ReplayKey, out var facts))
            return Answer.InvalidPayload;
        if (source.EventTypes is { } accepted && !accepted.Contains(facts.EventType))
            return Answer.UnknownEventType;

        var key = source.Scheme.ReplayKeyOf(source.Name, verified, facts);
        using var scope = logger.BeginScope(IngestLogScope.Of(source.Name, key.EventId));
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
            return await RecordAsync(key, receivedAt, deadline)
                ? await HandOverAsync(envelope, deadline)
                : await AnswerDuplicateAsync(envelope, deadline);
        }
        catch (Exception exception)
        {
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

    /// <returns>The result, and the request in the form that was verified last.</returns>
    private async Task<(VerificationResult Result, SignedRequest Verified)> VerifyAsync(
        Source source, SignedRequest raw, RequestBody body, DateTimeOffset now, CancellationToken deadline)
    {
        var keys = await keyRing.GetAsync(source, deadline);
        var (result, verified) = await VerifyAsync(source, raw, body, keys, now);

        // The sender may sign with a key that has just been added.
        if (result is VerificationResult.SignatureMismatch or VerificationResult.ClientKeyMismatch && await keyRing.GetNewerAsync(source, keys, deadline) is { } newer)
            (result, verified) = await VerifyAsync(source, raw, body, newer, now);
        return (result, verified);
    }

    private static async Task<(VerificationResult Result, SignedRequest Verified)> VerifyAsync(
        Source source, SignedRequest raw, RequestBody body, KeySet keys, DateTimeOffset now)
    {
        var result = source.Scheme.Verify(raw, keys.Keys, now);
        if (!IsMismatch(result) || await body.InflateAsync() != ContentCodingResult.Inflated)
            return (result, raw);

        // Some senders sign before they compress.
        var plain = raw with { Body = body.Plain };
        return (source.Scheme.Verify(plain, keys.Keys, now), plain);
    }

    private static bool IsMismatch(VerificationResult result) => result is VerificationResult.SignatureMismatch or VerificationResult.BodyMismatch;

    private async Task<bool> RecordAsync(ReplayKey key, DateTimeOffset receivedAt, CancellationToken deadline)
    {
        using var activity = IngestActivity.Start("webhook record", ActivityKind.Client);
        var started = time.GetTimestamp();
        var isFirst = await table.TryInsertAsync(ReplayRow.For(key, receivedAt), deadline);
        metrics.Inserted(key.Source, time.GetElapsedTime(started));
        return isFirst;
    }

    private async Task<Answer> HandOverAsync(Envelope envelope, CancellationToken deadline)
    {
        await SendAsync(envelope, deadline);
        Log.Accepted(logger, envelope.Type);
        return Answer.Accepted(envelope.EventId);
    }

    /// <summary>
    /// The first request may have died before its send, or its send's outcome may be unknown: when in doubt, send again; the processor decides.
    /// </summary>
    private async Task<Answer> AnswerDuplicateAsync(Envelope envelope, CancellationToken deadline)
    {
        var row = await table.FindAsync(envelope.PartitionKey, envelope.RowKey, deadline);
        Log.Duplicate(logger, row?.State);
        if (row is null or { State: RowState.Received })
        {
            await SendAsync(envelope, deadline);
            if (row is not null)
            {
                row.State = RowState.HandedOver;
                // Whoever was faster has written a later state, and that one stays.
                await table.TryUpdateAsync(row, deadline);
            }
        }

        return Answer.Duplicate(envelope.EventId);
    }

    private async Task SendAsync(Envelope envelope, CancellationToken deadline)
    {
        using var activity = IngestActivity.Start("webhook send", ActivityKind.Producer);
        activity?.SetTag("messaging.message.id", envelope.Delivery);
        var started = time.GetTimestamp();
        await queue.SendAsync(activity is null ? envelope : envelope with { TraceParent = activity.Id }, TimeSpan.Zero, deadline);
        metrics.Sent(envelope.Source, envelope.Body!.ToMemory().Length, time.GetElapsedTime(started));
    }

    private static string? EventTypeHeader(HttpRequest request, Source source)
        => source.Scheme.Payload.EventTypeHeader is { } header ? request.Headers[header].ToString() : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Accepted {EventType}.")]
        public static partial void Accepted(ILogger logger, string eventType);

        [LoggerMessage(2, LogLevel.Information, "Duplicate of a webhook that is {State}.")]
        public static partial void Duplicate(ILogger logger, RowState? state);

        // A forger decides how often this is written: it is no reason to wake anybody. The metric is.
        [LoggerMessage(3, LogLevel.Information, "Refused a request to {Source}: {Result}.")]
        public static partial void Refused(ILogger logger, string source, VerificationResult result);

        // The key ring has said why, once: a forger decides how often this is written.
        [LoggerMessage(4, LogLevel.Information, "No usable key for {Source}: answered 503.")]
        public static partial void SecretsUnavailable(ILogger logger, Exception exception, string source);

        [LoggerMessage(5, LogLevel.Error, "The webhook could not be written to storage: answered 503.")]
        public static partial void Unavailable(ILogger logger, Exception exception);

        [LoggerMessage(6, LogLevel.Information, "Refused a request to {Source}: {Caller} is not one of its AllowedIPs.")]
        public static partial void AddressNotAllowed(ILogger logger, string source, IPAddress? caller);

        [LoggerMessage(7, LogLevel.Warning, "No room for a body of {Source}: answered 503.")]
        public static partial void NoRoom(ILogger logger, Exception exception, string source);

        [LoggerMessage(8, LogLevel.Error, "Something unexpected happened to a webhook of {Source}: answered 503.")]
        public static partial void Unexpected(ILogger logger, Exception exception, string source);
    }
}
