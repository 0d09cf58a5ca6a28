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

    /// <summary>
    /// Whether the sender signs before it compresses. Then a body is decompressed before it is verified.
    /// </summary>
    public abstract bool SignsBeforeCompression { get; }

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
    /// What headers alone can refuse: a signature that is missing, malformed or doubled, a time outside the tolerance,
    /// an id that cannot be one. Costs no key and no body.
    /// </summary>
    /// <param name="request">The request; its body is not looked at.</param>
    /// <param name="now">The time.</param>
    /// <returns><see cref="VerificationResult.Verified"/> if only the body can tell more.</returns>
    public VerificationResult CheckHead(in SignedRequest request, DateTimeOffset now)
    {
        var result = CheckSignatureHead(request, now);
        return result == VerificationResult.Verified ? ReadEventType(request.Headers, out _) : result;
    }

    /// <summary>Reads the type in the header that names it.</summary>
    /// <param name="headers">The request's headers.</param>
    /// <param name="type">The type; null where the sender uses no header, or this request has none.</param>
    /// <returns><see cref="VerificationResult.Verified"/>, or that there are two different ones.</returns>
    public VerificationResult ReadEventType(IHeaderDictionary headers, out string? type)
    {
        type = null;
        if (Payload.EventTypeHeader is not { } header)
            return VerificationResult.Verified;

        var result = HeaderValue.ReadOne(headers, header, out var value);
        if (result == VerificationResult.Verified)
            type = HeaderValue.TextOf(value);
        return result == VerificationResult.HeaderMissing ? VerificationResult.Verified : result;
    }

    /// <summary>
    /// Whether the request is genuine. A pure function: reads no clock, throws on no input, and allocates nothing in
    /// the steady state for HMAC schemes. Each key's MAC is computed once and compared with every offered signature.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="keys">The source's keys.</param>
    /// <param name="now">The time.</param>
    /// <param name="content">What the signature covers; empty unless the request is genuine.</param>
    public abstract VerificationResult Verify(
        in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now, out VerifiedContent content);

    /// <summary>Whether the request is genuine, for those who do not go on with it.</summary>
    public VerificationResult Verify(in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now)
        => Verify(request, keys, now, out _);

    /// <summary>What the headers of the signature alone can refuse.</summary>
    protected abstract VerificationResult CheckSignatureHead(in SignedRequest request, DateTimeOffset now);

    /// <summary>Signs a body as the sender would, by setting the request's headers.</summary>
    /// <param name="headers">Receives the headers.</param>
    /// <param name="webhook">What to sign.</param>
    /// <param name="key">A key that can sign.</param>
    /// <exception cref="InvalidOperationException">The key is public: it can verify only.</exception>
    public abstract void Sign(IHeaderDictionary headers, in OutgoingWebhook webhook, VerificationKey key);
}
