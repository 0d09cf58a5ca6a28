using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Signatures;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Receiving;

/// <summary>Verifies a request with the keys of its source.</summary>
internal sealed class RequestVerifier(KeyRing keyRing)
{
    /// <summary>
    /// Verifies; once more with newer keys, where the sender may sign with one that has just been added.
    /// </summary>
    /// <returns>The result, and the webhook if it is genuine.</returns>
    /// <exception cref="SecretsUnavailableException">There is no usable key and none can be had now.</exception>
    public async ValueTask<(VerificationResult Result, VerifiedWebhook? Webhook)> VerifyAsync(
        Source source, SignedRequest request, DateTimeOffset now, CancellationToken deadline)
    {
        var keys = await keyRing.GetAsync(source, deadline);
        var result = VerifiedWebhook.Verify(source.Scheme, request, keys.Keys, now, out var webhook);
        if (result is VerificationResult.SignatureMismatch or VerificationResult.ClientKeyMismatch
            && await keyRing.GetNewerAsync(source, keys, deadline) is { } newer)
        {
            result = VerifiedWebhook.Verify(source.Scheme, request, newer.Keys, now, out webhook);
        }

        return (result, webhook);
    }
}
