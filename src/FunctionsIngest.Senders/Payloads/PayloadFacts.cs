namespace FunctionsIngest.Senders.Payloads;

/// <summary>What a payload says of itself.</summary>
/// <param name="EventType">The event's type; <see cref="DefaultEventType"/> where the payload names none.</param>
/// <param name="IdName">Which of <see cref="PayloadRules.Ids"/> held the id, as a JSON pointer.</param>
/// <param name="Id">The id in the payload.</param>
/// <param name="ReplayValues">
/// The values at the source's own <c>ReplayKey</c> pointers, as written in the payload, null where absent; empty if the
/// source sets none.
/// </param>
internal sealed record PayloadFacts(string EventType, string? IdName, string? Id, IReadOnlyList<string?> ReplayValues)
{
    /// <summary>The type of a webhook that does not say one.</summary>
    public const string DefaultEventType = "webhook";

    /// <summary>The longest event type, in characters; a longer one counts as none.</summary>
    public const int MaxEventTypeLength = 256;
}
