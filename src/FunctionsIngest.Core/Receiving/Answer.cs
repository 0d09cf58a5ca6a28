using System.Diagnostics;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Receiving;

/// <summary>What a caller is told, and what the log and the metrics are.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Outcome">The outcome's name in the metrics.</param>
/// <param name="Detail">The sentence of a problem; null for an acknowledgement.</param>
/// <param name="Reason">What exactly was found: a name of a fixed set, never told to a caller.</param>
internal sealed record Answer(int Status, string Outcome, string? Detail, string Reason)
{
    /// <summary>After how many seconds a caller who got 503 is asked to come back.</summary>
    public const int RetryAfterSeconds = 5;

    public static Answer UnknownSource { get; } = new(StatusCodes.Status404NotFound, "unknown", "There is no such source.", "UnknownSource");

    public static Answer MethodNotAllowed { get; } = new(StatusCodes.Status405MethodNotAllowed, "method", "Webhooks are sent by POST.", "MethodNotAllowed");

    public static Answer TooLarge { get; } = new(StatusCodes.Status413PayloadTooLarge, "too_large", "The body is too large.", "TooLarge");

    /// <summary>The body did not arrive in time.</summary>
    public static Answer TooSlow { get; } = new(StatusCodes.Status408RequestTimeout, "slow", "The body did not arrive in time.", "TooSlow");

    public static Answer InvalidPayload { get; } = new(StatusCodes.Status400BadRequest, "invalid", "Invalid payload", "InvalidPayload");

    public static Answer UnknownEventType { get; } = new(StatusCodes.Status400BadRequest, "invalid", "Unknown event type", "UnknownEventType");

    /// <summary>
    /// The webhook is genuine, and the source does not want its type. Senders switch an endpoint off that refuses it.
    /// </summary>
    public static Answer Ignored { get; } = Acknowledge("ignored", null);

    /// <summary>The request could not be read to its end.</summary>
    public static Answer Broken(int status) => new(status, "broken", "The request could not be read.", "Broken");

    /// <summary>The server ended the reading of a body with a status.</summary>
    public static Answer Unreadable(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status408RequestTimeout => TooSlow,
        _ => Broken(status),
    };

    /// <summary>Something that an answer depends on cannot be reached: neither accepted nor refused.</summary>
    public static Answer Unavailable(string reason)
        => new(StatusCodes.Status503ServiceUnavailable, "unavailable", "Not now; please send again.", reason);

    public static Answer Refused(string detail, VerificationResult result) => Refused(detail, result.ToString());

    /// <summary>The caller's address is not one that may send. In the same words as any refusal.</summary>
    public static Answer AddressNotAllowed(string detail) => Refused(detail, "AddressNotAllowed");

    /// <summary>The request did not come through the configured Front Door. In the same words.</summary>
    public static Answer OtherFrontDoor(string detail) => Refused(detail, "OtherFrontDoor");

    public static Answer Accepted(string eventId) => Acknowledge("accepted", eventId);

    public static Answer Duplicate(string eventId) => Acknowledge("duplicate", eventId);

    /// <summary>The event's id, in the acknowledgement of a webhook that is durable.</summary>
    public string? EventId { get; private init; }

    /// <summary>Writes the answer as the caller gets it.</summary>
    public IResult ToResult(HttpResponse response)
    {
        if (Detail is null)
            return Results.Json(new Acknowledgement(Outcome, EventId), statusCode: Status);

        if (Status == StatusCodes.Status405MethodNotAllowed)
            response.Headers.Allow = HttpMethods.Post;
        if (Status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // What is left of the body may never come, so nothing can follow it.
        if (Status == StatusCodes.Status408RequestTimeout)
            response.Headers.Connection = "close";
        return Results.Problem(
            Detail, statusCode: Status, extensions: Activity.Current is { } activity ? new Dictionary<string, object?> { ["traceId"] = activity.TraceId.ToString() } : null);
    }

    private static Answer Refused(string detail, string reason) => new(StatusCodes.Status403Forbidden, "refused", detail, reason);

    private static Answer Acknowledge(string outcome, string? eventId) => new(StatusCodes.Status200OK, outcome, null, outcome) { EventId = eventId };
}
