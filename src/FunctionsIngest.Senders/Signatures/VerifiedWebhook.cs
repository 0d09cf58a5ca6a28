using System.Collections.Frozen;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// A genuine webhook. Only verification makes one. What comes after it takes the body, the type and the replay key from
/// here, and never looks at the request again.
/// </summary>
internal sealed class VerifiedWebhook
{
    private readonly SignatureScheme _scheme;
    private readonly VerifiedContent _content;
    private readonly string? _typeHeader;

    private VerifiedWebhook(SignatureScheme scheme, in SignedRequest request, in VerifiedContent content, string? typeHeader)
    {
        _scheme = scheme;
        _content = content;
        _typeHeader = typeHeader;
        Headers = request.Headers;
        Body = content.Body;
        ContentCoding = request.IsDecoded ? null : CodingOf(request.Headers, content.Body.Span);
    }

    /// <summary>The body as it is handed on: what the signature covers, or what that was before it was gzip.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>
    /// The coding that <see cref="Body"/> is still in, as Content-Encoding names it: no signature covers that. Null for
    /// none.
    /// </summary>
    public string? ContentCoding { get; private set; }

    /// <summary>Whether the signed bytes were gzip, and <see cref="Body"/> is what they held.</summary>
    public bool IsInflated { get; private set; }

    /// <summary>The request's headers. No scheme of today signs them all.</summary>
    public IHeaderDictionary Headers { get; }

    /// <summary>How much the signature proves of the body.</summary>
    public Assurance Assurance => _scheme.Assurance;

    /// <summary>Verifies a request.</summary>
    /// <param name="scheme">How the source signs.</param>
    /// <param name="request">The request.</param>
    /// <param name="keys">The source's keys.</param>
    /// <param name="now">The time.</param>
    /// <param name="webhook">The webhook; null unless it is genuine.</param>
    /// <returns><see cref="VerificationResult.Verified"/> if it is genuine, else what is wrong.</returns>
    public static VerificationResult Verify(
        SignatureScheme scheme, in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now, out VerifiedWebhook? webhook)
    {
        webhook = null;
        var result = scheme.ReadEventType(request.Headers, out var typeHeader);
        if (result != VerificationResult.Verified)
            return result;

        result = scheme.Verify(request, keys, now, out var content);
        if (result == VerificationResult.Verified)
            webhook = new VerifiedWebhook(scheme, request, content, typeHeader);
        return result;
    }

    /// <summary>
    /// Inflates a body that is gzip, whatever the headers say: the signature covers the bytes and not the headers. Not
    /// even a content type that names a gzip file counts, or anybody could choose what the replay key is made of. Gzip
    /// that is broken stays as it is.
    /// </summary>
    /// <param name="readAsync">Reads a stream to its end; gives null if there is more than the limit.</param>
    /// <returns>False if there is more than the limit.</returns>
    public async ValueTask<bool> InflateAsync(Func<Stream, ValueTask<ReadOnlyMemory<byte>?>> readAsync)
    {
        if (!ContentDecoder.IsGzip(Body.Span) || !ContentDecoder.TryOpen("gzip", Body, int.MaxValue, out var decoded))
            return true;

        await using (decoded)
        {
            try
            {
                if (await readAsync(decoded) is not { } inflated)
                    return false;
                (Body, ContentCoding, IsInflated) = (inflated, null, true);
            }
            catch (InvalidDataException)
            {
                // The sender signed these bytes, so they are handed on as they are.
            }
        }

        return true;
    }

    /// <summary>Reads what the payload says of itself.</summary>
    /// <param name="replayPointers">The source's own <c>ReplayKey</c>.</param>
    /// <param name="facts">What it says.</param>
    /// <returns>False if the sender's rules demand what the payload does not have.</returns>
    public bool TryRead(IReadOnlyList<JsonPointer> replayPointers, out PayloadFacts facts)
        => PayloadReader.TryRead(Body.Span, _scheme.Payload, _typeHeader, replayPointers, out facts);

    /// <summary>Whether the signature covers the event's type.</summary>
    public bool AuthenticatesTypeOf(PayloadFacts facts) => !facts.IsTypeOfHeader && Assurance == Assurance.Verified;

    /// <summary>
    /// What makes this webhook the same as another one: from authenticated material, and from nothing that a retry
    /// changes. The exception is a type in a header, which no signature covers: without it <c>orders/paid</c> would
    /// pass for a repetition of <c>orders/updated</c>. Only listed types count, all others as one, so that an invented
    /// type gains one event at most.
    /// </summary>
    /// <param name="source">The source's name.</param>
    /// <param name="facts">What its payload says.</param>
    /// <param name="listedTypes">
    /// The types that the source lists beside those of the sender's entry; null: none.
    /// </param>
    public ReplayKey ReplayKeyOf(string source, PayloadFacts facts, FrozenSet<string>? listedTypes)
    {
        if (facts.ReplayValues.Count > 0 && !facts.IsIdMissing)
        {
            using var ofPointers = Start("pointers");
            foreach (var value in facts.ReplayValues)
                Add(ofPointers, value);
            return ofPointers.Build();
        }

        if (!_content.Id.IsEmpty)
        {
            using var ofHeader = ReplayKey.For(source, "id");
            return ofHeader.Add(_content.Id.ToString()).Build();
        }

        if (_content.HasBody && facts.IdName is { } name)
        {
            using var ofPayload = Start("payload-id");
            ofPayload.Add(name);
            if (!facts.IsTypeOfHeader)
                ofPayload.Add(facts.EventType);
            Add(ofPayload, facts.Id);
            return ofPayload.Build();
        }

        using var ofContent = Start("content");
        if (_content.Method is not null)
            ofContent.Add(_content.Method);
        if (_content.Path is not null)
            ofContent.Add(_content.Path);
        return ofContent.Add((_content.BodyHash.IsEmpty ? _content.Body : _content.BodyHash).Span).Build();

        ReplayKey.Builder Start(string kind)
        {
            var key = ReplayKey.For(source, kind);
            if (_scheme.Payload.EventTypeHeader is not null)
                key.Add(IsListed(facts, listedTypes) ? "=" + facts.EventType : "");
            return key;
        }
    }

    private bool IsListed(PayloadFacts facts, FrozenSet<string>? listedTypes)
        => facts.IsTypeOfHeader
            && (_scheme.Payload.ListedTypes.Contains(facts.EventType) || listedTypes?.Contains(facts.EventType) == true);

    private static void Add(ReplayKey.Builder key, PayloadValue value) => key.Add(value.Kind.ToString()).Add(value.Value!);

    /// <summary>A name that the bytes contradict is not handed on.</summary>
    private static string? CodingOf(IHeaderDictionary headers, ReadOnlySpan<byte> body)
    {
        var coding = ContentDecoder.NameOf(HeaderValue.UnjoinedOf(headers, HeaderNames.ContentEncoding));
        return coding == "gzip" && !ContentDecoder.IsGzip(body) ? null : coding;
    }
}
