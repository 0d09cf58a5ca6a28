using System.Globalization;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>Explains why a scheme that data describes refused a request.</summary>
/// <param name="definition">The scheme.</param>
/// <param name="request">The request.</param>
/// <param name="keys">The keys, and what else the secret may mean.</param>
/// <param name="at">When the request arrived.</param>
internal sealed class TemplateDiagnosis(SchemeDefinition definition, SignedRequest request, List<Variant<VerificationKey>> keys, DateTimeOffset at)
{
    // Two things at once are tried for bodies up to this size: some thousand computations.
    private const int MaxBytesForTwo = 1024 * 1024;

    private static readonly string[] OtherContents =
    [
        "{body}", "{timestamp}.{body}", "{id}.{timestamp}.{body}", "{timestamp}{body}", "{timestamp}:{body}", "v0:{timestamp}:{body}", "{timestamp}.{id}.{body}", "{id}.{body}", "{body}.{timestamp}",
    ];

    private readonly List<Variant<string>> _timestamps = TimestampsOf(definition, request);
    private readonly List<Variant<string>> _ids = IdsOf(definition, request);
    private readonly List<Variant<byte[]>> _signatures = SignatureVariants.Of(definition, request.Headers);
    private readonly List<Variant<Mac>> _macs = Mac.Of(definition);
    private readonly List<Variant<ContentTemplate>> _contents = ContentsOf(definition);
    private readonly List<Variant<byte[]>> _bodies = BodyVariants.Of(request.Body.ToArray());

    /// <summary>Explains.</summary>
    /// <returns>The causes, and whether they are all that is wrong.</returns>
    public (IReadOnlyList<string> Causes, bool IsExplained) Explain(VerificationResult result)
    {
        var isExplained = TryFind(out var found, out var timestamp);
        var causes = new List<string>();
        if (!isExplained)
            causes.AddRange(MissingHeaders());
        if ((isExplained ? timestamp : _timestamps[0].Value) is { Length: > 0 } text && TimeCause(text) is { } time)
            causes.Add(time);
        causes.AddRange(found);

        if (!isExplained && _signatures.Count > 0)
        {
            causes.Add("No other reading of secret, body and headers that is known makes the signature match: most likely the sender signed with another secret, "
                + "or the body is another one than it signed.");
        }
        else if (causes.Count == 0)
        {
            causes.Add($"{(isExplained ? "The signature matches, and yet the request is refused for its form. " : "There is no signature to compare with. ")}{result.Sentence()}");
        }

        return (causes, isExplained);
    }

    private bool TryFind(out IReadOnlyList<string> causes, out string? timestamp)
    {
        for (var budget = 0; budget <= (request.Body.Length <= MaxBytesForTwo ? 2 : 1); budget++)
        {
            foreach (var content in _contents.Where(content => content.Cost <= budget))
            {
                foreach (var (id, time) in from id in _ids from time in _timestamps where content.Cost + id.Cost + time.Cost <= budget select (id, time))
                {
                    if (TryFind(content, id, time, budget) is { } found)
                    {
                        (causes, timestamp) = (found, time.Value);
                        return true;
                    }
                }
            }
        }

        (causes, timestamp) = ([], null);
        return false;
    }

    private string[]? TryFind(Variant<ContentTemplate> content, Variant<string> id, Variant<string> time, int budget)
    {
        foreach (var body in _bodies)
        {
            var spent = content.Cost + id.Cost + time.Cost + body.Cost;
            if (spent > budget)
                continue;

            var bytes = Write(content.Value, id.Value, time.Value, body.Value);
            foreach (var key in keys.Where(key => spent + key.Cost <= budget))
            {
                if (Match(key.Value, bytes, budget - spent - key.Cost) is { } causes)
                    return [.. content.Causes, .. id.Causes, .. time.Causes, .. body.Causes, .. key.Causes, .. causes];
            }
        }

        return null;
    }

    /// <returns>What must have happened to the signature, or null if no signature matches.</returns>
    private string[]? Match(VerificationKey key, byte[] content, int budget)
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
                            return [.. mac.Causes, .. signature.Causes];
                        if (mac.Cost + signature.Cost < budget && computed.AsSpan().StartsWith(signature.Value))
                            return [.. mac.Causes, .. signature.Causes, $"The signature is cut off: it has {signature.Value.Length} of its {computed.Length} bytes."];
                    }
                }

                return null;

            case TokenKey token:
                return FirstCauses(signature => token.Value.SequenceEqual(signature));

            case AsymmetricKey asymmetric:
                return FirstCauses(signature => asymmetric.Algorithm.Allows(signature.Length) && asymmetric.Verifies(content, signature));

            default:
                return null;
        }

        string[]? FirstCauses(Func<byte[], bool> matches)
        {
            foreach (var signature in _signatures.Where(signature => signature.Cost <= budget))
            {
                if (matches(signature.Value))
                    return signature.Causes;
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

    private List<string> MissingHeaders()
        => [.. new[] { definition.Header, definition.HasTimestamp ? definition.TimestampHeader : null, definition.Content.Covers(ContentPartKind.Id) ? definition.IdHeader : null }
            .OfType<string>()
            .Where(name => string.IsNullOrEmpty(request.Headers[name]))
            .Select(name => $"The header {name} is missing.")];

    /// <summary>What is wrong with a timestamp, if anything is.</summary>
    private string? TimeCause(string text)
    {
        if (UnixTimestamp.TryParse(text, definition.TimestampUnit, out var count)
            && UnixTimestamp.Check(count, definition.TimestampUnit, at, definition.PastTolerance, definition.FutureTolerance) == VerificationResult.Verified)
        {
            return null;
        }

        var other = definition.TimestampUnit == TimestampUnit.Seconds ? TimestampUnit.Milliseconds : TimestampUnit.Seconds;
        if (UnixTimestamp.TryParse(text, other, out count) && UnixTimestamp.Check(count, other, at, definition.PastTolerance, definition.FutureTolerance) == VerificationResult.Verified)
            return $"The timestamp counts {other.ToString().ToLowerInvariant()}, and the scheme counts {definition.TimestampUnit.ToString().ToLowerInvariant()}.";

        if (UnixTimestamp.TryParse(text, definition.TimestampUnit, out count))
        {
            var age = TimeSpan.FromSeconds((UnixTimestamp.Count(at, definition.TimestampUnit) - count) / (definition.TimestampUnit == TimestampUnit.Seconds ? 1d : 1000d));
            return age > TimeSpan.Zero
                ? $"The timestamp is {TimeSpanText.Describe(age)} old, and {TimeSpanText.Describe(definition.PastTolerance)} are allowed: the request was sent again or held up, or a clock is wrong. To verify it as of when it arrived, give --at."
                : $"The timestamp lies {TimeSpanText.Describe(age)} in the future, and {TimeSpanText.Describe(definition.FutureTolerance)} are allowed: a clock is wrong.";
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _) && text.Contains('-', StringComparison.Ordinal)
            ? "The timestamp is written as a date, and the scheme counts seconds since 1970."
            : $"The timestamp is '{text}', which is not a plain count since 1970.";
    }

    private static List<Variant<string>> TimestampsOf(SchemeDefinition definition, SignedRequest request)
    {
        if (!definition.HasTimestamp)
            return [new("")];
        if (definition.TimestampHeader is { } header)
            return OrNone(HeaderVariants.Of(request.Headers, header, "timestamp", isSingle: true));

        var items = request.Headers[definition.Header].ToString().Split(definition.Separator ?? ',', StringSplitOptions.TrimEntries);
        return OrNone(items
            .Where(item => item.StartsWith(definition.TimestampPrefix!, StringComparison.Ordinal))
            .Select(item => new Variant<string>(item[definition.TimestampPrefix!.Length..])));
    }

    private static List<Variant<string>> IdsOf(SchemeDefinition definition, SignedRequest request)
        => definition.IdHeader is { } header && definition.Content.Covers(ContentPartKind.Id)
            ? OrNone(HeaderVariants.Of(request.Headers, header, "id", isSingle: false))
            : [new("")];

    private static List<Variant<string>> OrNone(IEnumerable<Variant<string>> variants) => [.. variants.DefaultIfEmpty(new(""))];

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
