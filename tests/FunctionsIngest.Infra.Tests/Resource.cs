using System.Text.Json.Nodes;

namespace FunctionsIngest.Infra;

/// <summary>One resource of a deployment.</summary>
internal sealed record Resource(JsonObject Json)
{
    /// <summary>Its full address.</summary>
    public string Id => Json["id"]!.GetValue<string>();

    /// <summary>Its name, with those of its parents before it.</summary>
    public string Name => Json["name"]!.GetValue<string>();

    /// <summary>Its properties.</summary>
    public JsonObject Properties => Json["properties"]!.AsObject();

    /// <summary>Whether it is of a type.</summary>
    public bool Is(string type) => Json["type"]!.GetValue<string>() == type;

    /// <summary>The text at a path of its properties.</summary>
    public string? Text(params string[] path) => At(path)?.ToString();

    /// <summary>The value at a path of its properties.</summary>
    public JsonNode? At(params string[] path) => path.Aggregate((JsonNode?)Properties, (node, name) => node is JsonObject section ? section[name] : null);
}
