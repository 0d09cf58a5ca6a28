using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Explains why a scheme that data describes refused a request. It undoes what it names, and verifies the result.
/// </summary>
/// <param name="scheme">The scheme.</param>
/// <param name="request">The request.</param>
/// <param name="keys">The keys, and what else the secret may mean.</param>
/// <param name="at">When the request arrived.</param>
internal sealed class TemplateDiagnosis(TemplateScheme scheme, SignedRequest request, List<Variant<VerificationKey>> keys, DateTimeOffset at)
{
    private readonly SchemeDefinition _definition = scheme.Definition;
    private readonly TemplateSearch _search = new(scheme.Definition, request, keys);

    /// <summary>Explains.</summary>
    /// <param name="result">What the verification found.</param>
    public RequestDiagnosis Explain(VerificationResult result)
        => _search.Find(_search.Most) is { } match ? Explain(result, match) : new(result, CausesWithoutMatch(result), IsExplained: false);

    /// <summary>Explains a request whose signature matches as it came.</summary>
    /// <param name="result">What the verification found.</param>
    /// <returns>Null if the signature does not match, or the cause is not known.</returns>
    public RequestDiagnosis? ExplainForm(VerificationResult result)
        => _search.Find(most: 0) is { } match && Explain(result, match) is { IsExplained: true } explained ? explained : null;

    private RequestDiagnosis Explain(VerificationResult result, SignatureMatch match)
    {
        var causes = new List<string>();
        var time = !_definition.HasTimestamp || match.Timestamp.Length == 0 ? new TimestampReading([], at, _definition.TimestampUnit) : TimestampReading.Of(_definition, match.Timestamp, at);
        causes.AddRange(time.Causes);
        causes.AddRange(match.Causes);
        if (match.Id.Length > 0 && IdCause.Of(_definition.Content, match.Id) is { } idCause)
            causes.Add(idCause);

        // What is signed stays as it is if its only faults are its place, its form or its age.
        var isSignedAnew = !match.IsOfScheme
            || (_definition.HasTimestamp && (match.Timestamp.Length == 0 || time.Unit != _definition.TimestampUnit))
            || (_definition.Content.Covers(ContentPartKind.Id) && !_definition.Content.Accepts(match.Id));
        var arrival = _definition.HasTimestamp && TimestampReading.IsOutside(_definition, time.Time, at) ? time.Time : at;
        var remaining = isSignedAnew ? result : Verify(scheme, Undo(match, match.IsInPlace), match, arrival);
        if (remaining == VerificationResult.Verified)
            return new(result, causes, IsExplained: true);
        if (!isSignedAnew)
            causes.Add($"The signature matches, and yet the request is refused for its form. {remaining.Sentence()}");

        if (match.Key is AsymmetricKey)
        {
            // Only the sender can sign anew, so the scheme gives way.
            var yielding = new TemplateScheme(_definition with { Content = match.Content, TimestampUnit = time.Unit ?? _definition.TimestampUnit });
            remaining = Verify(yielding, Undo(match, isInPlace: false), match, arrival);
        }
        else
        {
            remaining = Verify(scheme, SignAnew(match, time.Time), match, arrival);
        }

        if (remaining != VerificationResult.Verified)
            causes.Add($"With this undone, the request is still refused. {remaining.Sentence()}");
        return new(result, causes, remaining == VerificationResult.Verified);
    }

    private static VerificationResult Verify(TemplateScheme scheme, SignedRequest undone, SignatureMatch match, DateTimeOffset arrival)
        => RequestCheck.Verify(scheme, undone, [match.Key], arrival);

    /// <summary>The request with its parts where the scheme looks for them.</summary>
    private SignedRequest Undo(SignatureMatch match, bool isInPlace)
    {
        var headers = Copy();
        if (_definition.TimestampHeader is { } timestampHeader && _definition.HasTimestamp)
            headers[timestampHeader] = match.Timestamp;
        if (_definition.IdHeader is { } idHeader && _definition.Content.Covers(ContentPartKind.Id))
            headers[idHeader] = match.Id;
        if (!isInPlace)
            headers[_definition.Header] = Write(match);
        return With(headers, match);
    }

    /// <summary>The request as the sender should have made it.</summary>
    private SignedRequest SignAnew(SignatureMatch match, DateTimeOffset time)
    {
        var headers = Copy();
        var id = _definition.Content.Covers(ContentPartKind.Id) ? IdCause.Mend(_definition.Content, match.Id) : match.Id;
        scheme.Sign(headers, new OutgoingWebhook(id, time, request.Path, match.Body) { Method = request.Method }, match.Key);
        return With(headers, match);
    }

    private HeaderDictionary Copy() => new(request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));

    private SignedRequest With(HeaderDictionary headers, SignatureMatch match)
    {
        if (!match.Body.AsSpan().SequenceEqual(request.Body.Span))
            headers.Remove(HeaderNames.ContentEncoding);
        return request with { Headers = headers, Body = match.Body };
    }

    private string Write(SignatureMatch match)
    {
        var version = _definition.Versions.FirstOrDefault(version => match.Key is AsymmetricKey key ? key.Algorithm == version.Algorithm : version.Algorithm.IsHmac()) ?? _definition.Versions[0];
        var signature = version.Prefix + _definition.Encoding switch
        {
            SignatureEncoding.Hex => Convert.ToHexStringLower(match.Signature),
            SignatureEncoding.Base64 => Convert.ToBase64String(match.Signature),
            SignatureEncoding.Base64Url => System.Buffers.Text.Base64Url.EncodeToString(match.Signature),
            _ => System.Text.Encoding.UTF8.GetString(match.Signature),
        };
        return _definition.TimestampPrefix is { } prefix ? $"{prefix}{match.Timestamp}{_definition.Separator}{signature}" : signature;
    }

    private List<string> CausesWithoutMatch(VerificationResult result)
    {
        var causes = MissingHeaders();
        if (_definition.HasTimestamp && _search.Timestamps[0].Value is { Length: > 0 } timestamp)
            causes.AddRange(TimestampReading.Of(_definition, timestamp, at).Causes);
        if (_definition.Content.Covers(ContentPartKind.Id) && request.Headers[_definition.IdHeader!].ToString() is { Length: > 0 } id && IdCause.Of(_definition.Content, id) is { } idCause)
            causes.Add(idCause);
        if (_search.HasSignature)
        {
            causes.Add("No other reading of secret, body and headers that is known makes the signature match: most likely the sender signed with another secret, "
                + "or the body is another one than it signed.");
        }
        else if (causes.Count == 0)
        {
            causes.Add($"There is no signature to compare with. {result.Sentence()}");
        }

        return causes;
    }

    private List<string> MissingHeaders()
        => [.. new[] { _definition.Header, _definition.HasTimestamp ? _definition.TimestampHeader : null, _definition.Content.Covers(ContentPartKind.Id) ? _definition.IdHeader : null }
            .OfType<string>()
            .Where(name => string.IsNullOrEmpty(request.Headers[name]))
            .Select(name => $"The header {name} is missing.")];
}
