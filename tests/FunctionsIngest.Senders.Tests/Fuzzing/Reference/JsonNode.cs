namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>A value of <see cref="JsonText"/>.</summary>
/// <param name="kind">What it is.</param>
internal sealed class JsonNode(JsonNodeKind kind)
{
    public JsonNodeKind Kind => kind;

    /// <summary>
    /// The text of a string, or the JSON of anything else; null if it was not read to its end, or if a string is not
    /// text.
    /// </summary>
    public string? Text { get; set; }

    /// <summary>The members in their order; null: a name whose value was not read.</summary>
    public List<(string? Name, JsonNode? Value)> Members { get; } = [];

    /// <summary>The items in their order.</summary>
    public List<JsonNode?> Items { get; } = [];
}
