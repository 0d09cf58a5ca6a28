using FunctionsIngest.Senders.Catalogue;

namespace FunctionsIngest.Sources;

/// <summary>One source: the section <c>Webhooks:Sources:{name}</c> of the configuration.</summary>
internal sealed class SourceOptions : SchemeOptions
{
    /// <summary>
    /// The names of the source's secrets, all of them valid; at least one. A name is a Key Vault name: letters, digits
    /// and <c>-</c>, at most 127.
    /// </summary>
    public IList<string> Secrets { get; set; } = [];

    /// <summary>
    /// How long a webhook of the source is remembered: the same one is not processed again within it. One hour to 365
    /// days. Not set: <c>Webhooks:Retention</c>, and at least 180 days where the scheme signs no time, because there a
    /// recorded webhook verifies for ever.
    /// </summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>The accepted event types; none listed: all.</summary>
    public IList<string> EventTypes { get; set; } = [];

    /// <summary>JSON pointers that make up the replay key. None: the scheme's own rule.</summary>
    public IList<string> ReplayKey { get; set; } = [];

    /// <summary>Addresses or CIDR ranges that may send; others get 403 before their body is read. None: all.</summary>
    public IList<string> AllowedIPs { get; set; } = [];
}
