using System.Collections.Immutable;
using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Secrets;

/// <summary>
/// The keys of one source at one moment, newest first. A refresh makes a new set; a set never changes.
/// </summary>
/// <param name="keys">All valid keys, at most <see cref="VerificationKey.MaxPerSource"/> and a client key.</param>
internal sealed class KeySet(ImmutableArray<VerificationKey> keys)
{
    /// <summary>The keys, newest first.</summary>
    public ReadOnlySpan<VerificationKey> Keys => keys.AsSpan();
}
