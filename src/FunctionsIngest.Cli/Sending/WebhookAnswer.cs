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

    /// <summary>Whether the webhook was taken.</summary>
    public bool IsSuccess => Status is >= 200 and <= 299;

    /// <summary>
    /// The answer in a word or two, to count by: <c>accepted</c>, <c>duplicate</c>, <c>403 Validation Failure</c>,
    /// <c>unreachable</c>.
    /// </summary>
    public string Outcome => !IsReached ? "unreachable" : (IsSuccess ? Member("status") : null) ?? $"{Status} {Member("detail")}".TrimEnd();

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
