using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Verifies a captured request, and finds out what is wrong with it. It undoes what is known to go wrong, one thing,
/// two or three at a time, until the request verifies.
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
        var result = RequestCheck.Verify(scheme, request, keys, at, out var webhook);
        if (webhook is not null)
            return new RequestDiagnosis(result, [], IsExplained: true) { Webhook = webhook };

        var own = scheme is TemplateScheme template ? new TemplateDiagnosis(template, request, KeyVariants.Of(scheme, secrets, others), at) : null;
        var diagnosis = own?.ExplainForm(result) ?? FindOtherScheme(request, result, at) ?? own?.Explain(result)
            ?? new QiTechDiagnosis((QiTechScheme)scheme, request, [.. keys], others, at).Explain(result);
        return diagnosis with { Causes = [.. problems, .. diagnosis.Causes] };
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

    private RequestDiagnosis? FindOtherScheme(SignedRequest request, VerificationResult result, DateTimeOffset at)
    {
        foreach (var name in SchemeCatalogue.Names.Where(name => name != SchemeCatalogue.Custom && name != scheme.Name))
        {
            var other = SchemeCatalogue.Create(name, new SchemeOptions { Scheme = name }, TimeSpan.FromDays(7), [])!;
            var cause = $"The request is signed as the scheme '{name}' signs, and was verified as '{scheme.Name}'.";
            foreach (var secret in secrets)
            {
                if (other.ReadKeys(secret, out var keys) is not null)
                    continue;
                if (RequestCheck.Verify(other, request, [.. keys], at) == VerificationResult.Verified)
                    return new(result, [cause], IsExplained: true);
                if (other is TemplateScheme template && new TemplateDiagnosis(template, request, [.. keys.Select(key => new Variant<VerificationKey>(key))], at).ExplainForm(result) is { } explained)
                    return explained with { Causes = [cause, .. explained.Causes] };
            }
        }

        return null;
    }
}
