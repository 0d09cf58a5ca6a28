using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using FunctionsIngest.Outbound;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>
/// The answers of the delivery test, to the letter. Source: begini.helpjuice.com, "Testing and Security", the table of
/// its response statuses.
/// </summary>
internal sealed class DeliveryTestAnswer
{
    // As that API writes it: the quotes of a receiver's body as \", and letters and most signs as they are. Emoji, like
    // all that lies beyond the first 65,536 characters, and characters that do not print are written with \u.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly int _status;
    private readonly object _body;

    private DeliveryTestAnswer(int status, string detail)
        : this(status, (object)new { detail })
    {
    }

    private DeliveryTestAnswer(int status, object body)
    {
        _status = status;
        _body = body;
    }

    public static DeliveryTestAnswer NoKey { get; } = new(StatusCodes.Status400BadRequest, "No Api-key supplied");

    public static DeliveryTestAnswer InvalidKey { get; } = new(StatusCodes.Status403Forbidden, "Invalid Api-key");

    public static DeliveryTestAnswer MethodNotAllowed { get; } = new(StatusCodes.Status405MethodNotAllowed, "Method Not Allowed") { Allow = HttpMethods.Post };

    /// <summary>It is not known whether the key is valid.</summary>
    public static DeliveryTestAnswer KeysUnavailable { get; } = new(StatusCodes.Status503ServiceUnavailable, "API keys cannot be checked now, please try again") { RetryAfter = TimeSpan.FromSeconds(5) };

    /// <summary>Sent in <c>Allow</c>.</summary>
    private string? Allow { get; init; }

    /// <summary>Sent in <c>Retry-After</c>.</summary>
    private TimeSpan? RetryAfter { get; init; }

    public static DeliveryTestAnswer TooMany(TimeSpan retryAfter) => new(StatusCodes.Status429TooManyRequests, "Too many requests") { RetryAfter = retryAfter };

    public static DeliveryTestAnswer NotSet(string clientId)
        => new(StatusCodes.Status424FailedDependency, $"Webhooks not set for {clientId}, please set in Begini Dashboard");

    public static DeliveryTestAnswer Delivered(int receiverStatus, string detail) => new(StatusCodes.Status200OK, new Receipt(receiverStatus, detail));

    public static DeliveryTestAnswer ReceiverRefused(ReceiverAnswer answer)
        => new(StatusCodes.Status422UnprocessableEntity, new { detail = new Refusal(answer.Status, answer.Body) });

    /// <summary>The space at the end is the document's.</summary>
    public static DeliveryTestAnswer CannotConnect(string host) => new(StatusCodes.Status503ServiceUnavailable, $"Cannot connect to host {host} ");

    /// <summary>Writes the answer as the caller gets it.</summary>
    public IResult ToResult(HttpResponse response)
    {
        if (Allow is not null)
            response.Headers.Allow = Allow;
        if (RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Results.Json(_body, Json, "application/json", _status);
    }

    private sealed record Receipt(
        [property: JsonPropertyName("webhook_receiver_status_code")] int StatusCode,
        [property: JsonPropertyName("detail")] string Detail);

    private sealed record Refusal(
        [property: JsonPropertyName("webhook_receiver_status_code")] int StatusCode,
        [property: JsonPropertyName("webhook_receiver_body_content")] string BodyContent);
}
