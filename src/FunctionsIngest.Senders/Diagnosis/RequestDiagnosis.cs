using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>What the verification of a captured request found, and why.</summary>
/// <param name="Result">The step that failed, as the app finds it.</param>
/// <param name="Causes">
/// What happened, each a sentence; computed by undoing it until the signature matched. None if it is genuine.
/// </param>
/// <param name="IsExplained">
/// Whether the causes are all that is wrong: with them undone, the request is genuine.
/// </param>
internal sealed record RequestDiagnosis(VerificationResult Result, IReadOnlyList<string> Causes, bool IsExplained)
{
    /// <summary>Whether the app would take the request.</summary>
    public bool IsGenuine => Result == VerificationResult.Verified;
}
