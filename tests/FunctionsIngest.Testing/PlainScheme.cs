using FunctionsIngest.Secrets;
using FunctionsIngest.Senders;
using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Testing;

/// <summary>
/// A scheme whose keys show their text, so that a test sees which ones a key ring holds: any text of eight characters
/// and more. It verifies nothing.
/// </summary>
internal sealed class PlainScheme : SignatureScheme
{
    public override string Name => "plain";

    public override Assurance Assurance => Assurance.Verified;

    public override PayloadRules Payload { get; } = new();

    public override string Refusal => "Refused";

    public override TimeSpan PastTolerance => TimeSpan.Zero;

    public override string? ParseKey(string secret, out VerificationKey? key)
    {
        key = null;
        if (secret.Length < 8)
            return "it is too short";

        key = new PlainKey(secret);
        return null;
    }

    public override bool SignsBeforeCompression => false;

    public override VerificationResult Verify(in SignedRequest request, ReadOnlySpan<VerificationKey> keys, DateTimeOffset now, out VerifiedContent content)
        => throw new NotSupportedException();

    public override void Sign(IHeaderDictionary headers, in OutgoingWebhook webhook, VerificationKey key) => throw new NotSupportedException();

    protected override VerificationResult CheckSignatureHead(in SignedRequest request, DateTimeOffset now) => throw new NotSupportedException();

    /// <summary>The texts of all keys that are not client keys, in their order.</summary>
    public static IReadOnlyList<string> TextsOf(KeySet keys)
    {
        var texts = new List<string>();
        foreach (var key in keys.Keys)
        {
            if (key is PlainKey plain)
                texts.Add(plain.Text);
        }

        return texts;
    }
}
