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

    /// <summary>
    /// Whether a shared secret may have fewer than 16 bytes. Only for a sender that gives no longer one: a short secret
    /// can be guessed.
    /// </summary>
    public bool AllowWeakSecret { get; set; }

    /// <summary>
    /// Whether another source, or a client of the delivery test, may name the same secret. Only while a source is being
    /// renamed: a webhook of one source could be sent to the other.
    /// </summary>
    public bool AllowSharedSecret { get; set; }

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
