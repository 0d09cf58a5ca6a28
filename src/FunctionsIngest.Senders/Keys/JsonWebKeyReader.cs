using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;

namespace FunctionsIngest.Senders.Keys;

/// <summary>
/// Turns the public part of a JSON web key (RFC 7517, 7518, 8037) into PEM, which every scheme with public keys reads.
/// </summary>
internal static class JsonWebKeyReader
{
    // RFC 8410, section 4: a SubjectPublicKeyInfo of id-Ed25519 is these bytes and the 32 of the key.
    private static ReadOnlySpan<byte> Ed25519Prefix => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <summary>Whether the text is a JSON object with a key type, and so meant as a JSON web key.</summary>
    public static bool IsJsonWebKey(string text)
    {
        if (!text.StartsWith('{'))
            return false;

        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("kty", out _);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Reads a key.</summary>
    /// <param name="text">What <see cref="IsJsonWebKey"/> accepts.</param>
    /// <param name="pem">The public key in PEM.</param>
    /// <param name="problem">What is wrong, without a character of the text.</param>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? pem, [NotNullWhen(false)] out string? problem)
    {
        pem = null;
        problem = null;
        try
        {
            using var json = JsonDocument.Parse(text);
            pem = (Member(json, "kty"), Member(json, "crv")) switch
            {
                ("EC", "P-256") => EllipticCurve(json, ECCurve.NamedCurves.nistP256),
                ("EC", "P-384") => EllipticCurve(json, ECCurve.NamedCurves.nistP384),
                ("EC", "P-521") => EllipticCurve(json, ECCurve.NamedCurves.nistP521),
                ("RSA", _) => Rsa(json),
                ("OKP", "Ed25519") => Ed25519(json),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or CryptographicException or InvalidOperationException)
        {
            problem = "it is a JSON web key with a member that is missing or wrong";
            return false;
        }

        if (pem is null)
            problem = "it is a JSON web key of a type other than EC (P-256, P-384, P-521), RSA and OKP (Ed25519)";
        return pem is not null;
    }

    private static string EllipticCurve(JsonDocument json, ECCurve curve)
    {
        using var key = ECDsa.Create(new ECParameters { Curve = curve, Q = { X = Number(json, "x"), Y = Number(json, "y") } });
        return key.ExportSubjectPublicKeyInfoPem();
    }

    private static string Rsa(JsonDocument json)
    {
        using var key = RSA.Create(new RSAParameters { Modulus = Number(json, "n"), Exponent = Number(json, "e") });
        return key.ExportSubjectPublicKeyInfoPem();
    }

    private static string Ed25519(JsonDocument json)
    {
        var key = Number(json, "x");
        return key.Length == 32 ? PemEncoding.WriteString("PUBLIC KEY", [.. Ed25519Prefix, .. key]) : throw new FormatException();
    }

    private static string? Member(JsonDocument json, string name)
        => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static byte[] Number(JsonDocument json, string name)
        => Member(json, name) is { Length: > 0 } value ? Base64Url.DecodeFromChars(value) : throw new FormatException();
}
