using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>
/// What makes two webhooks the same, computed again: a SHA-256 over parts, each with its length in eight bytes before
/// it.
/// </summary>
internal static class ReferenceReplayKey
{
    private const int MaxTypeLength = 256;

    /// <summary>The key, or null if the sender's rules demand what the body does not have.</summary>
    public static string? Of(string source, ReferenceRules rules, ReferenceWebhook webhook, FuzzRequest request)
    {
        var document = JsonText.Read(webhook.Body);
        var headerType = IsType(webhook.HeaderType) ? webhook.HeaderType : null;
        var bodyType = rules.TypePointer is null ? null : document.At(rules.TypePointer);
        var type = bodyType is { Kind: JsonNodeKind.Text } && IsType(bodyType.Text) ? bodyType.Text! : "webhook";
        var ids = rules.IdPointers.Select(pointer => (Pointer: pointer, Node: document.At(pointer))).ToArray();
        if (rules.DemandsPayload
            && !(document.IsStrict && document.Root!.Kind == JsonNodeKind.Object && type != "webhook"
                && Array.Exists(ids, id => id.Node is { Text.Length: > 0 }) && Array.TrueForAll(ids, id => id.Node is null or { Kind: JsonNodeKind.Text })))
        {
            return null;
        }

        List<byte[]> TypeParts() => rules.TypeHeader is null
            ? []
            : [Utf8(headerType is not null && (rules.Types.Contains(headerType) || request.ListedTypes.Contains(headerType)) ? "=" + headerType : "")];

        var values = request.Pointers.Select(document.At).ToArray();
        if (values.Length > 0 && values.All(value => value is not (null or { Kind: JsonNodeKind.Text, Text: "" })))
            return Hash(source, "pointers", [.. TypeParts(), .. values.SelectMany(Parts!)]);

        if (webhook.Id is not null)
            return Hash(source, "id", [Utf8(webhook.Id)]);

        var (name, node) = Array.Find(ids, id => id.Node is { Kind: JsonNodeKind.Number } or { Kind: JsonNodeKind.Text, Text.Length: > 0 });
        if (node is not null)
            return Hash(source, "payload-id", [.. TypeParts(), Utf8(name), .. headerType is null ? new[] { Utf8(type) } : [], .. Parts(node)]);

        return Hash(source, "content", [.. webhook.Address is { } address ? new[] { Utf8(address.Method), Utf8(address.Path) } : [], webhook.BodyHash ?? webhook.Body], TypeParts());
    }

    private static string Hash(string source, string kind, List<byte[]> parts) => Hash(source, kind, parts, []);

    private static string Hash(string source, string kind, List<byte[]> parts, List<byte[]> before)
    {
        using var bytes = new MemoryStream();
        foreach (var part in (byte[][])[Utf8(source), Utf8(kind), .. before, .. parts])
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64BigEndian(length, part.Length);
            bytes.Write(length);
            bytes.Write(part);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }

    private static byte[][] Parts(JsonNode node) => [Utf8(node.Kind is JsonNodeKind.Text or JsonNodeKind.Number ? node.Kind.ToString() : "Other"), Utf8(node.Text!)];

    private static bool IsType(string? text) => text is { Length: > 0 and <= MaxTypeLength } && !text.Any(char.IsControl);

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
