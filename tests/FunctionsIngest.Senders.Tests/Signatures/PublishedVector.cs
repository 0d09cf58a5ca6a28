using System.Text.Json;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>
/// A signature that a sender, its library, a third party or an RFC has published; Vectors/published.json says where.
/// </summary>
internal sealed record PublishedVector(
    string Id, string Alg, string Key, string KeyEnc, string Signed, byte[] Body, string Out, string Expected, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, PublishedVector> All { get; } = Read().ToDictionary(vector => vector.Id, StringComparer.Ordinal);

    private static IEnumerable<PublishedVector> Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "published.json")));
        foreach (var vector in document.RootElement.Clone().EnumerateArray())
        {
            string Text(string name) => vector.GetProperty(name).ToString();
            var fields = vector.TryGetProperty("fields", out var members)
                ? members.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!, StringComparer.Ordinal)
                : [];
            yield return new PublishedVector(
                Text("id"), Text("alg"), Text("key"), Text("keyEnc"), Text("signed"), ReadBody(vector.GetProperty("body")), Text("out"), Text("expected"), fields);
        }
    }

    private static byte[] ReadBody(JsonElement body) => body.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.String => KnownSenders.Utf8(body.GetString()!),
        _ => KnownSenders.Utf8(string.Concat(Enumerable.Repeat(body.GetProperty("repeat").GetString(), body.GetProperty("count").GetInt32()))),
    };
}
