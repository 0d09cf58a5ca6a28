using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Senders.Tests.Fuzzing.Reference;

namespace FunctionsIngest.Senders.Tests.Fuzzing;

/// <summary>One way to sign: how the product is configured for it, and what the documents say of it.</summary>
/// <param name="Options">The product's settings.</param>
/// <param name="Keys">All keys that there are; the source has the first one if nothing else is said.</param>
/// <param name="Rules">What the replay key needs, and for most senders all.</param>
internal sealed record Mechanism(SchemeOptions Options, IReadOnlyList<ReferenceKey> Keys, ReferenceRules Rules)
{
    /// <summary>Makes an input.</summary>
    public required Func<Random, FuzzRequest> Make { get; init; }

    /// <summary>Says what the documents say; null if the request is refused.</summary>
    public required Func<FuzzRequest, ReferenceWebhook?> Judge { get; init; }

    /// <summary>The client key that the sender must name.</summary>
    public string? ClientKey { get; init; }

    /// <summary>The product's keys, in the order of <see cref="Keys"/>.</summary>
    public VerificationKey[] ProductKeys(SignatureScheme scheme) => [.. Keys.Select(key =>
    {
        Assert.Null(scheme.ReadKey(key.Secret, out var parsed));
        return parsed!;
    })];
}
