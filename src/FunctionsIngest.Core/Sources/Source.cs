using System.Collections.Frozen;
using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Sources;

/// <summary>A configured sender, validated: what the path of a webhook needs to know of it.</summary>
internal sealed class Source
{
    /// <summary>The name in the path and in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>How it signs, with the source's own settings applied.</summary>
    public required SignatureScheme Scheme { get; init; }

    /// <summary>The names of its secrets, all of them valid.</summary>
    public required IReadOnlyList<string> SecretNames { get; init; }

    /// <summary>The name of the secret that holds the expected client key, for QI Tech; null: not compared.</summary>
    public string? ClientKeyName { get; init; }

    /// <summary>Whether a shared secret may have fewer than 16 bytes.</summary>
    public bool AllowWeakSecret { get; init; }

    /// <summary>Whether another source, or a client of the delivery test, may name the same secret.</summary>
    public bool AllowSharedSecret { get; init; }

    /// <summary>How long its webhooks are remembered: that long after its last change, a final row expires.</summary>
    public TimeSpan Retention { get; init; } = SourcesOptions.TimelessRetention;

    /// <summary>The accepted event types; null: all.</summary>
    public FrozenSet<string>? EventTypes { get; init; }

    /// <summary>Who may send; empty: anybody.</summary>
    public AddressRanges AllowedAddresses { get; init; } = new([]);

    /// <summary>
    /// JSON pointers that make up the replay key instead of the scheme's own rule; empty: the scheme's.
    /// </summary>
    public IReadOnlyList<JsonPointer> ReplayKey { get; init; } = [];
}
