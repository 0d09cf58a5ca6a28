using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>How a source signs: one scheme verifies and signs, both ways the same rules.</summary>
internal abstract class SignatureScheme
{
    /// <summary>The most signatures that one request may offer; more are refused as malformed.</summary>
    public const int MaxOffers = 16;

    /// <summary>The scheme's name in the catalogue.</summary>
    public abstract string Name { get; }

    /// <summary>What a verified request proves.</summary>
    public abstract Assurance Assurance { get; }

    /// <summary>Where the payload says what it is, and what it must contain.</summary>
    public abstract PayloadRules Payload { get; }

    /// <summary>
    /// The sentence that a refused caller gets as <c>detail</c>, in the words of the sender's documentation.
    /// </summary>
    public abstract string Refusal { get; }

    /// <summary>How far in the past a signed timestamp may lie; zero for a scheme without one.</summary>
    public abstract TimeSpan PastTolerance { get; }

    /// <summary>Reads a secret: PEM, a JSON web key or a set of them, or a key as this scheme writes it.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="keys">The keys: one, or all of a set; none if one of them is wrong.</param>
    /// <returns>Null, or what is wrong with the text, without a character of it.</returns>
    public string? ReadKeys(string secret, out IReadOnlyList<VerificationKey> keys)
    {
        keys = [];
        if (SecretText.Read(secret, out var texts) is { } wrong)
            return wrong;

        var read = new List<VerificationKey>(texts.Count);
        foreach (var (index, text) in texts.Index())
        {
            if (ParseKey(text, out var key) is { } problem)
                return texts.Count == 1 ? problem : JsonWebKeyReader.OfSet(index, problem);
            read.Add(key!);
        }

        keys = read;
        return null;
    }

    /// <summary>Reads the key of a secret that signs: the first one.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="key">The key; null if the text is wrong.</param>
    /// <returns>Null, or what is wrong with the text, without a character of it.</returns>
    public string? ReadKey(string secret, out VerificationKey? key)
    {
        var problem = ReadKeys(secret, out var keys);
        key = keys.Count > 0 ? keys[0] : null;
        return problem;
    }

    /// <summary>Parses one key as this scheme writes it.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="key">The key; null if the text is not a key.</param>
    /// <returns>Null, or what is wrong with the text, without a character of it.</returns>
    public abstract string? ParseKey(string secret, out VerificationKey? key);

    /// <summary>
    /// Whether the request is genuine. A pure function: reads no clock, throws on no input, and allocates nothing in
    /// the steady state for HMAC schemes. Each key's MAC is computed once and compared with every offered signature.
    /// </summary>
    public abstract VerificationResult Verify(in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now);

    /// <summary>
    /// What makes this webhook the same as another one: from authenticated material only, from nothing that a retry
    /// changes.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="request">The request in the form that verified.</param>
    /// <param name="payload">What its payload says.</param>
    public abstract ReplayKey ReplayKeyOf(string source, in SignedRequest request, PayloadFacts payload);

    /// <summary>Signs a body as the sender would, by setting the request's headers.</summary>
    /// <param name="headers">Receives the headers.</param>
    /// <param name="webhook">What to sign.</param>
    /// <param name="key">A key that can sign.</param>
    /// <exception cref="InvalidOperationException">The key is public: it can verify only.</exception>
    public abstract void Sign(IHeaderDictionary headers, in OutgoingWebhook webhook, VerificationKey key);

    /// <summary>
    /// The key of the source's own pointers; null if the source sets none, or if none leads to a value. Then the
    /// scheme's rule holds.
    /// </summary>
    protected static ReplayKey? ReplayKeyOfPointers(string source, PayloadFacts payload)
    {
        if (payload.ReplayValues.All(value => value is null))
            return null;

        using var key = ReplayKey.For(source, "pointers");
        foreach (var value in payload.ReplayValues)
        {
            // An absent value differs from an empty one.
            key.Add(value is null ? "" : "=" + value);
        }

        return key.Build();
    }
}
