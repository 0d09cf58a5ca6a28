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
    /// The accepted event types; none listed: all. Another type is acknowledged with 200 <c>ignored</c> and not stored,
    /// or refused with 400 where the sender's document wants that (Aghanim).
    /// </summary>
    public IList<string> EventTypes { get; set; } = [];

    /// <summary>JSON pointers that make up the replay key. None: the scheme's own rule.</summary>
    public IList<string> ReplayKey { get; set; } = [];

    /// <summary>Addresses or CIDR ranges that may send; others get 403 before their body is read. None: all.</summary>
    public IList<string> AllowedIPs { get; set; } = [];
}
