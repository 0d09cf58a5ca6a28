using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Looks for what a request's signature was computed from: as the request came, then with one thing undone, then with
/// more.
/// </summary>
/// <param name="definition">The scheme.</param>
/// <param name="request">The request.</param>
/// <param name="keys">The keys, and what else the secret may mean.</param>
internal sealed class TemplateSearch(SchemeDefinition definition, SignedRequest request, List<Variant<VerificationKey>> keys)
{
    // Up to this size of the body two things at once are tried: some thousand computations. And three up to the other
    // one.
    private const int MaxBytesForTwo = 1024 * 1024;
    private const int MaxBytesForThree = 16 * 1024;

    private static readonly string[] OtherContents =
    [
        "{body}", "{timestamp}.{body}", "{id}.{timestamp}.{body}", "{timestamp}{body}", "{timestamp}:{body}", "v0:{timestamp}:{body}", "{timestamp}.{id}.{body}", "{id}.{body}", "{body}.{timestamp}",
    ];

    private readonly List<Variant<string>> _ids = IdsOf(definition, request);
    private readonly List<Variant<byte[]>> _signatures = SignatureVariants.Of(definition, request.Headers);
    private readonly List<Variant<Mac>> _macs = Mac.Of(definition);
    private readonly List<Variant<ContentTemplate>> _contents = ContentsOf(definition);
    private readonly Lazy<List<Variant<byte[]>>> _bodies = new(() => BodyVariants.Of(request.Body.ToArray()));

    /// <summary>Whether the request has anything that may be a signature.</summary>
    public bool HasSignature => _signatures.Count > 0;

    /// <summary>The timestamps that the request may mean, first the one that the scheme would look at.</summary>
    public List<Variant<string>> Timestamps { get; } = TimestampsOf(definition, request);

    /// <summary>How many things are undone at a time, at most.</summary>
    public int Most => request.Body.Length switch
    {
        <= MaxBytesForThree => 3,
        <= MaxBytesForTwo => 2,
        _ => 1,
    };

    /// <summary>Looks.</summary>
    /// <param name="most">How many things are undone at a time, at most.</param>
    /// <returns>The match with the fewest causes; null if there is none.</returns>
    public SignatureMatch? Find(int most)
    {
        for (var budget = 0; budget <= most; budget++)
        {
            foreach (var content in _contents.Where(content => content.Cost <= budget))
            {
                foreach (var (id, time) in from id in _ids from time in Timestamps where content.Cost + id.Cost + time.Cost <= budget select (id, time))
                {
                    if (Find(content, id, time, budget) is { } found)
                        return found;
                }
            }
        }

        return null;
    }

    private SignatureMatch? Find(Variant<ContentTemplate> content, Variant<string> id, Variant<string> time, int budget)
    {
        foreach (var body in budget == 0 ? [new Variant<byte[]>(request.Body.ToArray())] : _bodies.Value)
        {
            var spent = content.Cost + id.Cost + time.Cost + body.Cost;
            if (spent > budget)
                continue;

            var bytes = Write(content.Value, id.Value, time.Value, body.Value);
            foreach (var key in keys.Where(key => spent + key.Cost <= budget))
            {
                if (Match(key.Value, bytes, budget - spent - key.Cost) is var (signature, isOwn, causes))
                {
                    return new(
                        content.Value, id.Value, time.Value, body.Value, key.Value, signature.Value, signature.Cost == 0, isOwn && content.Cost == 0,
                        [.. content.Causes, .. id.Causes, .. time.Causes, .. body.Causes, .. key.Causes, .. causes]);
                }
            }
        }

        return null;
    }

    /// <returns>
    /// The signature, whether the scheme's own computation made it whole, and what must have happened to it; null if no
    /// signature matches.
    /// </returns>
    private (Variant<byte[]> Signature, bool IsOwn, string[] Causes)? Match(VerificationKey key, byte[] content, int budget)
    {
        switch (key)
        {
            case HmacKey hmac when definition.Versions.Any(version => version.Algorithm.IsHmac()):
                foreach (var mac in _macs.Where(mac => mac.Cost <= budget))
                {
                    var computed = mac.Value.Compute(hmac.Value.ToArray(), content);
                    foreach (var signature in _signatures.Where(signature => mac.Cost + signature.Cost <= budget))
                    {
                        if (computed.AsSpan().SequenceEqual(signature.Value))
                            return (signature, mac.Cost == 0, [.. mac.Causes, .. signature.Causes]);
                        if (mac.Cost + signature.Cost < budget && computed.AsSpan().StartsWith(signature.Value))
                            return (signature, false, [.. mac.Causes, .. signature.Causes, $"The signature is cut off: it has {signature.Value.Length} of its {computed.Length} bytes."]);
                    }
                }

                return null;

            case TokenKey token:
                return First(signature => token.Value.SequenceEqual(signature));

            case AsymmetricKey asymmetric:
                return First(signature => asymmetric.Algorithm.Allows(signature.Length) && asymmetric.Verifies(content, signature));

            default:
                return null;
        }

        (Variant<byte[]>, bool, string[])? First(Func<byte[], bool> matches)
        {
            foreach (var signature in _signatures.Where(signature => signature.Cost <= budget))
            {
                if (matches(signature.Value))
                    return (signature, true, signature.Causes);
            }

            return null;
        }
    }

    private byte[] Write(ContentTemplate template, string id, string timestamp, byte[] body)
    {
        var values = new ContentValues { Id = id, Timestamp = timestamp, Method = request.Method, Path = definition.PublicPath ?? request.Path, Body = body };
        var content = new byte[template.Length(values)];
        template.Write(values, content);
        return content;
    }

    private static List<Variant<string>> TimestampsOf(SchemeDefinition definition, SignedRequest request)
    {
        if (!definition.HasTimestamp)
            return [new("")];
        if (definition.TimestampHeader is { } header)
            return InHeader(request, header, "timestamp", isSingle: true);

        var items = request.Headers[definition.Header].ToString().Split(definition.Separator ?? ',', StringSplitOptions.TrimEntries);
        return [.. items
            .Where(item => item.StartsWith(definition.TimestampPrefix!, StringComparison.Ordinal))
            .Select(item => new Variant<string>(item[definition.TimestampPrefix!.Length..]))
            .DefaultIfEmpty(new("", $"The header {definition.Header} has no timestamp, {definition.TimestampPrefix}."))];
    }

    private static List<Variant<string>> IdsOf(SchemeDefinition definition, SignedRequest request)
        => definition.IdHeader is { } header && definition.Content.Covers(ContentPartKind.Id)
            ? InHeader(request, header, "id", isSingle: false)
            : [new("")];

    /// <summary>A header's values; of a header that is missing, what other headers have, and nothing at all.</summary>
    private static List<Variant<string>> InHeader(SignedRequest request, string header, string what, bool isSingle)
    {
        var found = HeaderVariants.Of(request.Headers, header, what, isSingle);
        return string.IsNullOrEmpty(request.Headers[header]) ? [new("", $"The header {header} is missing."), .. found] : [.. found];
    }

    private static List<Variant<ContentTemplate>> ContentsOf(SchemeDefinition definition)
        => [
            new(definition.Content),
            .. OtherContents
                .Where(content => content != definition.Content.ToString())
                .Select(ContentTemplate.Parse)
                .Where(content => (definition.HasTimestamp || !content.Covers(ContentPartKind.Timestamp)) && (definition.Content.Covers(ContentPartKind.Id) || !content.Covers(ContentPartKind.Id)))
                .Select(content => new Variant<ContentTemplate>(content, $"The sender signs {content}, and the scheme demands {definition.Content}.")),
        ];
}
