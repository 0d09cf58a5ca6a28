using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>A signature of a request, and what it was computed from.</summary>
/// <param name="Content">What was signed.</param>
/// <param name="Id">The id; empty: the request has none.</param>
/// <param name="Timestamp">The timestamp; empty: the request has none.</param>
/// <param name="Body">The body.</param>
/// <param name="Key">The key.</param>
/// <param name="Signature">The signature.</param>
/// <param name="IsInPlace">
/// Whether the request offers this signature where the scheme looks for it, written as the scheme writes it.
/// </param>
/// <param name="IsOfScheme">Whether the scheme itself would have made this signature.</param>
/// <param name="Causes">What must have happened to the request, a sentence each.</param>
internal sealed record SignatureMatch(
    ContentTemplate Content, string Id, string Timestamp, byte[] Body, VerificationKey Key, byte[] Signature, bool IsInPlace, bool IsOfScheme, IReadOnlyList<string> Causes);
