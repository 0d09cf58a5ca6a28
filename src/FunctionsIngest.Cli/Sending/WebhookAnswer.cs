using System.Text.Json;

namespace FunctionsIngest.Cli.Sending;

/// <summary>What came back for a webhook.</summary>
/// <param name="Status">The HTTP status; 0 if there was no answer.</param>
/// <param name="Body">The beginning of the answer's body, or why there is no answer.</param>
/// <param name="Duration">From the first byte out to the last byte in.</param>
internal sealed record WebhookAnswer(int Status, string Body, TimeSpan Duration)
{
    /// <summary>Whether there was an answer.</summary>
    public bool IsReached => Status != 0;

    /// <summary>
    /// Whether this app has taken the webhook, or ignored it since its source does not list the event's type. Another
    /// program's 200 does not count.
    /// </summary>
    public bool IsSuccess => Status == 200 && (Member("status") is "accepted" or "duplicate" ? Member("id") is { Length: > 0 } : IsIgnored);

    /// <summary>Whether this app has answered that it ignores the event's type. Nothing is stored then.</summary>
    public bool IsIgnored => Status == 200 && Member("status") == "ignored";

    /// <summary>What a person should know of the answer; null if it says all.</summary>
    public string? Remark => IsIgnored ? "The source does not list this event type in EventTypes, so the app has stored nothing."
        : Status is >= 200 and <= 299 && !IsSuccess ? "Something else than this app answered: nothing says that the webhook was accepted. Give the app's own address, such as --url http://localhost:7071."
        : null;

    /// <summary>
    /// The answer in a word or two, to count by: <c>accepted</c>, <c>duplicate</c>, <c>ignored</c>, <c>403 Validation
    /// Failure</c>, <c>200 by something else</c>, <c>unreachable</c>.
    /// </summary>
    public string Outcome => !IsReached ? "unreachable"
        : IsSuccess ? Member("status")!
        : Status is >= 200 and <= 299 ? $"{Status} by something else"
        : $"{Status} {Member("detail")}".TrimEnd();

    private string? Member(string name)
    {
        try
        {
            using var json = JsonDocument.Parse(Body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
