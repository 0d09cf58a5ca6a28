using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Verifies a request as the app does. Every claim of a diagnosis is verified here before it is made.
/// </summary>
internal static class RequestCheck
{
    /// <summary>
    /// Verifies: once as the body came, and once more with its content coding undone if it does not verify.
    /// </summary>
    public static VerificationResult Verify(SignatureScheme scheme, SignedRequest request, VerificationKey[] keys, DateTimeOffset at)
    {
        var result = scheme.Verify(request, keys, at);
        return result is VerificationResult.SignatureMismatch or VerificationResult.BodyMismatch
            && BodyVariants.TryInflate(request.Body.ToArray(), request.Headers.ContentEncoding.ToString()) is { } inflated
            ? scheme.Verify(request with { Body = inflated }, keys, at)
            : result;
    }
}
