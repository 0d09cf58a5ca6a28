using System.Text.Json.Nodes;
using FunctionsIngest.Ingestion;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Local;

/// <summary>A body such as a source's sender writes it.</summary>
internal static class SampleBody
{
    private const string AnyEventType = "sample.created";

    private static readonly Dictionary<string, string> Samples = new(StringComparer.Ordinal)
    {
        ["begini"] = """{"uid":"{id}","integration_id":"622056","event":{"type":"psychometric_score.complete","details":{"score":712}}}""",
        ["standard-webhooks"] = """{"type":"invoice.paid","data":{"invoice":"{id}","amount":"129.90","currency":"EUR"}}""",
        ["aghanim"] = """{"event_id":"{id}","event_type":"player.verify","idempotency_key":null,"event_data":{"player_id":"testplayer"},"context":null}""",
        ["qi-tech"] = """{"webhook_type":"debt.paid","key":"{id}","data":{"amount":1000.5}}""",
    };

    /// <summary>Makes a body that the source accepts and that no other one equals.</summary>
    public static string Create(Source source, string id)
    {
        var body = JsonNode.Parse(Samples.GetValueOrDefault(source.Scheme.Name, """{"id":"{id}"}""").Replace("{id}", id, StringComparison.Ordinal))!.AsObject();
        var rules = source.Scheme.Payload;
        if (rules.Ids.Count > 0 && rules.Ids.All(pointer => Find(body, pointer) is null))
            Set(body, rules.Ids[0], id);
        foreach (var pointer in source.ReplayKey.Where(pointer => Find(body, pointer) is null))
            Set(body, pointer, id);

        if (rules.EventType is { } place && (Find(body, place)?.ToString() is not { } type || source.EventTypes?.Contains(type) == false))
            Set(body, place, source.EventTypes?.Order(StringComparer.Ordinal).First() ?? AnyEventType);
        return body.ToJsonString();
    }

    private static JsonNode? Find(JsonObject body, JsonPointer pointer)
        => pointer.Tokens.Aggregate((JsonNode?)body, (node, token) => (node as JsonObject)?[token]);

    private static void Set(JsonObject body, JsonPointer pointer, string value)
    {
        var parent = body;
        foreach (var token in pointer.Tokens.SkipLast(1))
        {
            if (parent[token] is not JsonObject child)
                parent[token] = child = [];
            parent = child;
        }

        parent[pointer.Tokens[^1]] = value;
    }
}
