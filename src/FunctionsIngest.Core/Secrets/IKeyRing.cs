using FunctionsIngest.Sources;

namespace FunctionsIngest.Secrets;

/// <summary>The keys of every source, in memory.</summary>
internal interface IKeyRing
{
    /// <summary>The keys of a source; from memory, without waiting, in the steady state.</summary>
    /// <exception cref="SecretsUnavailableException">There is no usable key and none can be had now.</exception>
    ValueTask<KeySet> GetAsync(Source source, CancellationToken cancellationToken);

    /// <summary>
    /// After a failed verification: the keys again if they have changed since <paramref name="seen"/>, read anew if the rate limit
    /// allows, waiting for at most 2 s; null if there is nothing newer to verify with.
    /// </summary>
    ValueTask<KeySet?> GetNewerAsync(Source source, KeySet seen, CancellationToken cancellationToken);

    /// <summary>Whether every source has a usable key, for readiness.</summary>
    ValueTask<bool> IsReadyAsync(CancellationToken cancellationToken);
}
