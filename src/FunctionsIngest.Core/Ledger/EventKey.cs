using System.Text.RegularExpressions;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Ledger;

/// <summary>
/// The name of an event in the ledger. Its id and the keys of its row follow from the replay key, so they never change.
/// </summary>
/// <param name="Source">The source's name.</param>
/// <param name="EventId">
/// The event's id: 64 hexadecimal digits, lower case; for a replay followed by <see cref="ReplayMark"/> and a number.
/// </param>
internal readonly partial record struct EventKey(string Source, string EventId)
{
    /// <summary>What separates the id of the original event from the number of its replay.</summary>
    public const char ReplayMark = '~';

    /// <summary>
    /// The row's partition: one of 256 for each source, because a partition takes no more than 2,000 entities a second.
    /// </summary>
    public string PartitionKey => $"{Source}-{EventId[..2]}";

    /// <summary>The row's key within its partition.</summary>
    public string RowKey => EventId[2..];

    /// <summary>The key of the event that a webhook carries.</summary>
    public static EventKey Of(ReplayKey key) => new(key.Source, key.Hash);

    /// <summary>Whether a text has the form of an event's id.</summary>
    public static bool IsEventId(string text) => EventIdForm().IsMatch(text);

    [GeneratedRegex(@"^[0-9a-f]{64}(~[0-9]{1,10})?\z")]
    private static partial Regex EventIdForm();
}
