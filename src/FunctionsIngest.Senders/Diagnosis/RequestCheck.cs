using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>
/// Verifies a request as the app does. Every claim of a diagnosis is verified here before it is made.
/// </summary>
internal static class RequestCheck
{
    /// <summary>
    /// Verifies. The body of a sender that signs before it compresses has its content coding undone first.
    /// </summary>
    public static VerificationResult Verify(SignatureScheme scheme, SignedRequest request, VerificationKey[] keys, DateTimeOffset at)
        => Verify(scheme, request, keys, at, out _);

    /// <summary>The same, with the webhook if it is genuine.</summary>
    public static VerificationResult Verify(
        SignatureScheme scheme, SignedRequest request, VerificationKey[] keys, DateTimeOffset at, out VerifiedWebhook? webhook)
    {
        webhook = null;
        var coding = ContentDecoder.NameOf(request.Headers.ContentEncoding.ToString());
        if (scheme.SignsBeforeCompression && coding is not null && ContentDecoder.Codings.Contains(coding))
        {
            if (BodyVariants.TryInflate(request.Body.ToArray(), coding) is not { } inflated)
                return VerificationResult.BodyUndecodable;
            request = request with { Body = inflated, IsDecoded = true };
        }

        return VerifiedWebhook.Verify(scheme, request, keys, at, out webhook);
    }
}
