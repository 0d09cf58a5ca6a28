using System.Text;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>What else a secret's text may mean.</summary>
internal static class KeyVariants
{
    private static readonly string[] Prefixes = ["v1,whsec_", "whsec_"];

    /// <summary>The keys of the secrets as the scheme reads them, then as others might, then other secrets.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="secrets">The secrets' texts.</param>
    /// <param name="others">Other secrets that are at hand, by name.</param>
    public static List<Variant<VerificationKey>> Of(SignatureScheme scheme, IReadOnlyList<string> secrets, IEnumerable<KeyValuePair<string, string>> others)
    {
        var variants = new List<Variant<VerificationKey>>();
        foreach (var secret in secrets)
        {
            scheme.ReadKeys(secret, out var keys);
            foreach (var key in keys)
                variants.Add(new(key));
        }

        foreach (var secret in secrets)
            AddReadings(secret, variants);

        foreach (var (name, value) in others)
        {
            scheme.ReadKeys(value, out var keys);
            foreach (var key in keys)
                Add(key, $"The request is signed with another secret: '{name}'.", variants);
        }

        return variants;
    }

    private static void AddReadings(string secret, List<Variant<VerificationKey>> variants)
    {
        var trimmed = secret.Trim();
        AddText(trimmed, "as plain text", variants);
        AddText(secret, "with the whitespace around it", variants);
        AddText(trimmed.Trim('"', '\''), "without the quotes around it", variants);
        AddText(Uri.UnescapeDataString(trimmed), "with its % escapes undone", variants);
        foreach (var prefix in Prefixes.Where(prefix => trimmed.StartsWith(prefix, StringComparison.Ordinal)))
        {
            AddText(trimmed[prefix.Length..], $"as plain text, without {prefix}", variants);
            AddBytes(trimmed[prefix.Length..], SecretFormat.Base64, $"as base64, without {prefix}", variants);
        }

        AddBytes(trimmed, SecretFormat.Base64, "as base64", variants);
        AddBytes(trimmed.Replace('-', '+').Replace('_', '/'), SecretFormat.Base64, "as base64url", variants);
        AddBytes(trimmed, SecretFormat.Hex, "as hexadecimal digits", variants);
        AddText(trimmed.ToLowerInvariant(), "in lower case", variants);
        AddText(trimmed.ToUpperInvariant(), "in upper case", variants);
    }

    private static void AddText(string text, string reading, List<Variant<VerificationKey>> variants)
    {
        if (text.Length > 0)
            Add(new HmacKey(Encoding.UTF8.GetBytes(text)), Cause(reading), variants);
    }

    private static void AddBytes(string text, SecretFormat format, string reading, List<Variant<VerificationKey>> variants)
    {
        if (SecretBytes.Decode(text, format, out var bytes) is null)
            Add(new HmacKey(bytes), Cause(reading), variants);
    }

    private static string Cause(string reading) => $"The sender reads the secret {reading}, and the scheme reads it otherwise: set SecretFormat, or correct the secret.";

    private static void Add(VerificationKey key, string cause, List<Variant<VerificationKey>> variants)
    {
        if (key is not HmacKey hmac || !variants.Exists(known => known.Value is HmacKey other && other.Value.SequenceEqual(hmac.Value)))
            variants.Add(new(key, cause));
    }
}
