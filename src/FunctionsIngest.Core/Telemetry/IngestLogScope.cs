namespace FunctionsIngest.Telemetry;

/// <summary>What every log line about a webhook carries.</summary>
internal static class IngestLogScope
{
    /// <summary>The scope of a webhook.</summary>
    public static IReadOnlyList<KeyValuePair<string, object?>> Of(string source, string eventId)
        => [new("source", source), new("webhookId", eventId)];
}
