using System.Text.Json;

namespace FunctionsIngest.Configuration;

/// <summary>
/// Settings in a JSON text, as the JSON provider of .NET reads them: an object, comments allowed, a list's items under
/// their numbers. A mistake is told by its place, because the text may hold secrets.
/// </summary>
internal static class JsonSettings
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="settings">The settings by their keys, with <c>:</c>; empty if there is a mistake.</param>
    /// <returns>Null, or what is wrong, without a character of the text.</returns>
    public static string? Read(string text, out Dictionary<string, string?> settings)
    {
        settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return "it is not a JSON object: it must begin with {";

            Add(document.RootElement, "", settings);
            return null;
        }
        catch (JsonException exception)
        {
            return ProblemOf(exception);
        }
    }

    /// <summary>Says where a text stops being JSON.</summary>
    public static string ProblemOf(JsonException exception)
        => exception.LineNumber is { } line ? $"it is not JSON: look at line {line + 1}, or at the one before it" : "it is not JSON";

    private static void Add(JsonElement element, string key, Dictionary<string, string?> settings)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                    Add(member.Value, Below(key, member.Name), settings);
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in element.EnumerateArray().Index())
                    Add(item, Below(key, $"{index}"), settings);
                break;
            case JsonValueKind.Null:
                break;
            default:
                settings[key] = element.ToString();
                break;
        }
    }

    private static string Below(string key, string name) => key.Length == 0 ? name : $"{key}:{name}";
}
