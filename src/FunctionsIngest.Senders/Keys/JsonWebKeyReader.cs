using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// Turns the public part of a JSON web key (RFC 7517, 7518, 8037) into PEM, which every scheme with public keys reads.
/// </summary>
internal static class JsonWebKeyReader
{
    private const string NoKey = "it begins with a bracket and is neither a JSON web key nor a set of them: write the key alone";

    // RFC 8410, section 4: a SubjectPublicKeyInfo of id-Ed25519 is these bytes and the 32 of the key.
    private static ReadOnlySpan<byte> Ed25519Prefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>Reads a key, or a set of keys with the member <c>keys</c>.</summary>
    /// <param name="text">Text that begins with <c>{</c> or <c>[</c>.</param>
    /// <param name="pems">The public keys in PEM, in the set's order; none if one of them is wrong.</param>
    /// <returns>Null, or what is wrong, without a character of the text.</returns>
    public static string? Read(string text, out IReadOnlyList<string> pems)
    {
        pems = [];
        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array)
                return ReadSet(keys, out pems);
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("kty", out _))
                return NoKey;
            if (ReadOne(json, out var pem) is { } problem)
                return problem;

            pems = [pem];
            return null;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return NoKey;
        }
    }

    /// <summary>Says which key of a set has a problem.</summary>
    public static string OfSet(int index, string problem) => $"it is a JSON web key set, and of its key {index + 1}: {problem}";

    private static string? ReadSet(JsonElement keys, out IReadOnlyList<string> pems)
    {
        pems = [];
        var read = new List<string>();
        foreach (var (index, json) in keys.EnumerateArray().Index())
        {
            if (ReadOne(json, out var pem) is { } problem)
                return OfSet(index, problem);
            read.Add(pem);
        }

        pems = read;
        return read.Count == 0 ? "it is a JSON web key set without a key" : null;
    }

    private static string? ReadOne(JsonElement json, out string pem)
    {
        pem = "";
        try
        {
            var made = (Member(json, "kty"), Member(json, "crv")) switch
            {
                ("EC", "P-256") => EllipticCurve(json, ECCurve.NamedCurves.nistP256),
                ("EC", "P-384") => EllipticCurve(json, ECCurve.NamedCurves.nistP384),
                ("EC", "P-521") => EllipticCurve(json, ECCurve.NamedCurves.nistP521),
                ("RSA", _) => Rsa(json),
                ("OKP", "Ed25519") => Ed25519(json),
                _ => null,
            };
            if (made is null)
                return "it is a JSON web key of a type other than EC (P-256, P-384, P-521), RSA and OKP (Ed25519)";

            pem = made;
            return null;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or InvalidOperationException)
        {
            return "it is a JSON web key with a member that is missing or wrong";
        }
    }

    private static string EllipticCurve(JsonElement json, ECCurve curve)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = curve, Q = { X = Number(json, "x"), Y = Number(json, "y") } });
        return key.ExportSubjectPublicKeyInfoPem();
    }

    private static string Rsa(JsonElement json)
    {
        using var key = RSA.Create(new RSAParameters { Modulus = Number(json, "n"), Exponent = Number(json, "e") });
        return key.ExportSubjectPublicKeyInfoPem();
    }

    private static string Ed25519(JsonElement json)
    {
        var key = Number(json, "x");
        return key.Length == 32 ? PemEncoding.WriteString("PUBLIC KEY", [.. Ed25519Prefix, .. key]) : throw new FormatException();
    }

    private static string? Member(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Number(JsonElement json, string name)
        => Member(json, name) is { Length: > 0 } value ? Base64Url.DecodeFromChars(value) : throw new FormatException();
}
