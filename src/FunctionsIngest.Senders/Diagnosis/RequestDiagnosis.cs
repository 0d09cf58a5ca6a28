using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>What the verification of a captured request found, and why.</summary>
/// <param name="Result">The step that failed, as the app finds it.</param>
/// <param name="Causes">
/// What happened, each a sentence; computed by undoing it until the request verified. None if the app takes it.
/// </param>
/// <param name="IsExplained">
/// Whether the causes are all that is wrong: with them undone, the request was verified again, and is genuine.
/// </param>
internal sealed record RequestDiagnosis(VerificationResult Result, IReadOnlyList<string> Causes, bool IsExplained)
{
    /// <summary>Whether the sender made the request as it came.</summary>
    public bool IsGenuine => Result == VerificationResult.Verified;

    /// <summary>The webhook; null unless it is genuine.</summary>
    public VerifiedWebhook? Webhook { get; init; }
}
