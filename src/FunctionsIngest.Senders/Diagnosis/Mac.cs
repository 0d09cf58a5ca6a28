using System.Security.Cryptography;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>One way to compute a signature from a shared key and a content.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Compute">Computes it.</param>
internal sealed record Mac(string Name, Func<byte[], byte[], byte[]> Compute)
{
    private static readonly (SignatureAlgorithm Algorithm, string Name)[] Known =
    [
        (SignatureAlgorithm.HmacSha256, "SHA-256"), (SignatureAlgorithm.HmacSha512, "SHA-512"), (SignatureAlgorithm.HmacSha1, "SHA-1"), (SignatureAlgorithm.HmacSha384, "SHA-384"),
    ];

    /// <summary>The scheme's own, then the others, and what may be mistaken for a MAC.</summary>
    public static List<Variant<Mac>> Of(SchemeDefinition definition)
    {
        var own = definition.Versions.Select(version => version.Algorithm).Where(algorithm => algorithm.IsHmac()).ToHashSet();
        var ownNames = string.Join(" or ", Known.Where(known => own.Contains(known.Algorithm)).Select(known => $"HMAC-{known.Name}"));
        var variants = new List<Variant<Mac>>();
        foreach (var (algorithm, name) in Known.OrderBy(known => own.Contains(known.Algorithm) ? 0 : 1))
        {
            var mac = new Mac($"HMAC-{name}", (key, content) => CryptographicOperations.HmacData(algorithm.Hash(), key, content));
            variants.Add(own.Contains(algorithm) ? new(mac) : new(mac, $"The request is signed with HMAC-{name}, and the scheme demands {ownNames}."));
        }

        foreach (var (algorithm, name) in Known)
        {
            variants.Add(new(
                new Mac(name, (_, content) => CryptographicOperations.HashData(algorithm.Hash(), content)),
                $"The signature is a plain {name} of the content, without the secret: anybody could have made it."));
            variants.Add(new(
                new Mac(name, (key, content) => CryptographicOperations.HashData(algorithm.Hash(), [.. key, .. content])),
                $"The signature is a plain {name} of secret and content, one after the other, and no HMAC."));
        }

        return variants;
    }
}
