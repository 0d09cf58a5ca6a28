using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Catalogue;

/// <summary>A body such as a scheme's sender writes it, for tests and for trying things out.</summary>
internal static class SamplePayload
{
    /// <summary>The event type of a sample whose sender has no type of its own here.</summary>
    public const string DefaultEventType = "sample.created";

    private static readonly Dictionary<string, string> Samples = new(StringComparer.Ordinal)
    {
        ["begini"] = """{"uid":"{id}","integration_id":"622056","event":{"type":"psychometric_score.complete","details":{"score":712}}}""",
        ["standard-webhooks"] = """{"type":"invoice.paid","data":{"invoice":"{id}","amount":"129.90","currency":"EUR"}}""",
        ["aghanim"] = """{"event_id":"{id}","event_type":"item.add","idempotency_key":null,"event_data":{"player_id":"testplayer"},"context":null}""",
        ["qi-tech"] = """{"webhook_type":"debt.paid","key":"{id}","data":{"amount":1000.5}}""",
    };

    /// <summary>Makes a body that the scheme accepts and that no other one equals.</summary>
    /// <param name="scheme">Whose payload it is.</param>
    /// <param name="id">What makes it different from others.</param>
    /// <param name="eventType">The event's type where the payload says it; null: one of the sender's own.</param>
    /// <param name="replayKey">Where else the body must differ from others: a source's own <c>ReplayKey</c>.</param>
    public static byte[] Create(SignatureScheme scheme, string id, string? eventType, IReadOnlyList<JsonPointer>? replayKey = null)
    {
        var text = Samples.GetValueOrDefault(scheme.Name, """{"id":"{id}"}""").Replace("{id}", JsonEncodedText.Encode(id).ToString(), StringComparison.Ordinal);
        var payload = JsonNode.Parse(text)!.AsObject();
        if (scheme.Payload.Ids is [var first, ..] ids && ids.All(pointer => Find(payload, pointer) is null))
            Set(payload, first, id);
        foreach (var pointer in (replayKey ?? []).Where(pointer => Find(payload, pointer) is null))
            Set(payload, pointer, id);
        if (scheme.Payload.EventType is { } type && (eventType is not null || Find(payload, type) is null))
            Set(payload, type, eventType ?? DefaultEventType);
        return Encoding.UTF8.GetBytes(payload.ToJsonString());
    }

    private static JsonNode? Find(JsonObject payload, JsonPointer pointer)
        => pointer.Tokens.Aggregate((JsonNode?)payload, (node, token) => (node as JsonObject)?[token]);

    private static void Set(JsonObject payload, JsonPointer pointer, string value)
    {
        var parent = payload;
        foreach (var token in pointer.Tokens.SkipLast(1))
        {
            if (parent[token] is not JsonObject child)
                parent[token] = child = [];
            parent = child;
        }

        parent[pointer.Tokens[^1]] = value;
    }
}
