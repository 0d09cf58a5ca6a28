using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>
/// Says whether a request of QI Tech is genuine, by its document and this product's, with no code of the product.
/// </summary>
/// <param name="keys">All keys that there are.</param>
/// <param name="clientKey">The client key that must be named; null: none.</param>
/// <param name="publicPath">The path that the sender was given; null: that of the request.</param>
internal sealed partial class TokenReference(IReadOnlyList<ReferenceKey> keys, string? clientKey, string? publicPath)
{
    private const int MaxLength = 8192;
    private readonly Dictionary<(string Token, int Key), bool> _verified = [];

    /// <returns>Null if the request is refused.</returns>
    public ReferenceWebhook? Verify(FuzzRequest request)
    {
        if (!ReferenceHeader.TryReadOne(request.Of("AUTHORIZATION"), out var token) || token is not { Length: <= MaxLength } || token.Split('.') is not [var first, var second, var third])
            return null;

        if (Decode(first) is not { } header || Decode(second) is not { } payload || Decode(third) is not { Length: 132 } signature)
            return null;

        if (MembersOf(header) is not { } protectedMembers || protectedMembers.GetValueOrDefault("alg") is not { Kind: JsonNodeKind.Text, Text: "ES512" } || protectedMembers.ContainsKey("crit"))
            return null;

        if (MembersOf(payload) is not { } claims || !IsTimely(claims, request.Now))
            return null;

        if (Text(claims, "method") != request.Method || Text(claims, "uri") != (publicPath ?? request.Path) || Text(claims, "payload_md5") is not { } hash || !Hash().IsMatch(hash))
            return null;

        if (clientKey is not null
            && !(ReferenceHeader.TryReadLine(request.Of("API-CLIENT-KEY"), out var named) && named is not null && ReferenceHeader.UnitsOf(named).Contains(clientKey)))
        {
            return null;
        }

        if (BodyOf(request.Body, Convert.FromHexString(hash)) is not { } body || !request.Keys.Take(8).Any(key => Verifies(key, token, $"{first}.{second}", signature)))
            return null;

        return new(body) { Address = (request.Method, publicPath ?? request.Path), BodyHash = Convert.FromHexString(hash) };
    }

    [GeneratedRegex("^[0-9A-Fa-f]{32}\\z")]
    private static partial Regex Hash();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z\\z")]
    private static partial Regex Time();

    /// <summary>The body as it was sent, or as Python writes it: what the hash is of.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "QI Tech's documents say so.")]
    private static byte[]? BodyOf(byte[] sent, byte[] hash)
        => MD5.HashData(sent).SequenceEqual(hash) ? sent
            : PythonDump.Of(sent) is { } dumped && MD5.HashData(dumped).SequenceEqual(hash) ? dumped
            : null;

    private static bool IsTimely(Dictionary<string, JsonNode> claims, DateTimeOffset now)
    {
        if (Text(claims, "timestamp") is not { } text || !Time().IsMatch(text)
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return false;
        }

        // Compared in microseconds, as the token has them.
        var age = (now.UtcTicks / 10) - (time.UtcTicks / 10);
        const long Tolerance = 5 * 60 * 1_000_000;
        return age is >= -Tolerance and <= Tolerance
            && Bound(claims, "exp", expires => expires >= now.ToUnixTimeSeconds())
            && Bound(claims, "nbf", notBefore => notBefore <= now.ToUnixTimeSeconds());
    }

    private static bool Bound(Dictionary<string, JsonNode> claims, string name, Func<double, bool> holds)
        => !claims.TryGetValue(name, out var claim)
            || (claim.Kind == JsonNodeKind.Number && double.Parse(claim.Text!, CultureInfo.InvariantCulture) is var value && double.IsFinite(value) && holds(value));

    private static string? Text(Dictionary<string, JsonNode> members, string name) => members.GetValueOrDefault(name) is { Kind: JsonNodeKind.Text } node ? node.Text : null;

    /// <summary>The members of an object; null for anything else, and if a member is there twice.</summary>
    private static Dictionary<string, JsonNode>? MembersOf(byte[] json)
    {
        var document = JsonText.Read(json);
        return document.IsStrict && document.Root is { Kind: JsonNodeKind.Object } root && root.Members.DistinctBy(member => member.Name).Count() == root.Members.Count
            ? root.Members.ToDictionary(member => member.Name!, member => member.Value!, StringComparer.Ordinal)
            : null;
    }

    private static byte[]? Decode(string text)
    {
        try
        {
            var bytes = Base64Url.DecodeFromChars(text);
            return bytes.Length > 0 && Base64Url.EncodeToString(bytes) == text ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Remembers what it has found: a signature of P-521 takes most of the time.</summary>
    private bool Verifies(int key, string token, string signed, byte[] signature)
    {
        if (!_verified.TryGetValue((token, key), out var verified))
            _verified[(token, key)] = verified = keys[key].Verifies(Encoding.ASCII.GetBytes(signed), signature);
        return verified;
    }
}
