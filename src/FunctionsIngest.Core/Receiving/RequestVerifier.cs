using FunctionsIngest.Bodies;
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
    /// <returns>The result, and the request in the form that was verified last.</returns>
    /// <exception cref="SecretsUnavailableException">There is no usable key and none can be had now.</exception>
    public async ValueTask<(VerificationResult Result, SignedRequest Verified)> VerifyAsync(
        Source source, SignedRequest raw, RequestBody body, DateTimeOffset now, CancellationToken deadline)
    {
        var keys = await keyRing.GetAsync(source, deadline);
        var (result, verified) = await VerifyWithAsync(keys, source, raw, body, now);
        return result is VerificationResult.SignatureMismatch or VerificationResult.ClientKeyMismatch
            && await keyRing.GetNewerAsync(source, keys, deadline) is { } newer
            ? await VerifyWithAsync(newer, source, raw, body, now)
            : (result, verified);
    }

    private static async ValueTask<(VerificationResult Result, SignedRequest Verified)> VerifyWithAsync(
        KeySet keys, Source source, SignedRequest raw, RequestBody body, DateTimeOffset now)
    {
        var result = source.Scheme.Verify(raw, keys.Keys, now);
        var isMismatch = result is VerificationResult.SignatureMismatch or VerificationResult.BodyMismatch;
        if (!isMismatch || await body.InflateAsync() != ContentCodingResult.Inflated)
            return (result, raw);

        // Some senders sign before they compress.
        var plain = raw with { Body = body.Plain };
        return (source.Scheme.Verify(plain, keys.Keys, now), plain);
    }
}
