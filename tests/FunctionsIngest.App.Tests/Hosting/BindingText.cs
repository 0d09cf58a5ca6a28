using System.Text.Json.Nodes;

namespace FunctionsIngest.App.Tests.Hosting;

/// <summary>A binding as a line of text, without its empty properties, the others in order of name.</summary>
internal static class BindingText
{
    /// <summary>Writes a binding.</summary>
    public static string Of(JsonObject binding) => Sorted(binding).ToJsonString();

    private static JsonObject Sorted(JsonObject node)
        => new(node
            .Where(property => property.Value is not JsonObject { Count: 0 })
            .OrderBy(property => property.Key, StringComparer.Ordinal)
            .Select(property => KeyValuePair.Create(property.Key, property.Value is JsonObject inner ? Sorted(inner) : property.Value?.DeepClone())));
}
