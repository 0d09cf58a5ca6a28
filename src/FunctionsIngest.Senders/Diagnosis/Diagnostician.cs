using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Verifies a captured request, and finds out what is wrong with it. It undoes what is known to go wrong, one thing or
/// two at a time, until the signature matches.
/// </summary>
/// <param name="scheme">How the sender signs.</param>
/// <param name="secrets">The texts of the sender's secrets.</param>
/// <param name="others">Other secrets that are at hand, by name.</param>
/// <param name="clientKey">QI Tech's client key, if it is compared.</param>
internal sealed class Diagnostician(SignatureScheme scheme, IReadOnlyList<string> secrets, IReadOnlyDictionary<string, string> others, string? clientKey)
{
    /// <summary>Diagnoses.</summary>
    /// <param name="request">The request.</param>
    /// <param name="at">When it arrived.</param>
    public RequestDiagnosis Diagnose(SignedRequest request, DateTimeOffset at)
    {
        var (keys, problems) = ParseKeys();
        var result = Verify(scheme, request, keys, at);
        if (result == VerificationResult.Verified)
            return new RequestDiagnosis(result, [], IsExplained: true);

        if (FindOtherScheme(request, at) is { } other)
            return new RequestDiagnosis(result, [$"The request is signed as the scheme '{other}' signs, and was verified as '{scheme.Name}'."], IsExplained: true);

        var (causes, isExplained) = scheme is TemplateScheme template
            ? new TemplateDiagnosis(template.Definition, request, KeyVariants.Of(scheme, secrets, others), at).Explain(result)
            : new QiTechDiagnosis(scheme, request, [.. keys], others, at).Explain(result);
        return new RequestDiagnosis(result, [.. problems, .. causes], isExplained);
    }

    // As the app does it: a sender that signs before it compresses has the content coding undone first.
    private static VerificationResult Verify(SignatureScheme scheme, SignedRequest request, VerificationKey[] keys, DateTimeOffset at)
    {
        var coding = ContentDecoder.NameOf(request.Headers.ContentEncoding.ToString());
        if (!scheme.SignsBeforeCompression || coding is null || !ContentDecoder.Codings.Contains(coding))
            return scheme.Verify(request, keys, at);

        return BodyVariants.TryInflate(request.Body.ToArray(), coding) is { } inflated
            ? scheme.Verify(request with { Body = inflated, IsDecoded = true }, keys, at)
            : VerificationResult.BodyUndecodable;
    }

    private (VerificationKey[] Keys, List<string> Problems) ParseKeys()
    {
        var keys = new List<VerificationKey>();
        var problems = new List<string>();
        foreach (var secret in secrets)
        {
            if (scheme.ReadKeys(secret, out var read) is { } problem)
                problems.Add($"The secret is not a key of the scheme {scheme.Name}: {problem}.");
            keys.AddRange(read);
        }

        if (clientKey is not null)
            keys.Add(new ClientKey(clientKey.Trim()));
        return ([.. keys], problems);
    }

    private string? FindOtherScheme(SignedRequest request, DateTimeOffset at)
    {
        foreach (var name in SchemeCatalogue.Names.Where(name => name != SchemeCatalogue.Custom && name != scheme.Name))
        {
            var other = SchemeCatalogue.Create(name, new SchemeOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;
            if (secrets.Any(secret => other.ReadKeys(secret, out var keys) is null && Verify(other, request, [.. keys], at) == VerificationResult.Verified))
                return name;
        }

        return null;
    }
}
