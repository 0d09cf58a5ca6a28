using System.Diagnostics.CodeAnalysis;

namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// Finds in a payload what the path of a webhook needs to know of it: one pass, no document in memory. Of a member that
/// is there twice the last one counts, as for the parsers of those who read the payload later.
/// </summary>
internal static class PayloadReader
{
    /// <summary>Reads a payload. Throws on no input.</summary>
    /// <param name="body">The payload.</param>
    /// <param name="rules">Where the source says what it is.</param>
    /// <param name="eventTypeHeader">
    /// The value of the header that names the event type; it goes before the payload's own.
    /// </param>
    /// <param name="replayPointers">The source's own <c>ReplayKey</c>.</param>
    /// <param name="facts">What the payload says; of a payload that is not JSON, nothing.</param>
    /// <returns>False if the rules demand what the payload does not have.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> body, PayloadRules rules, string? eventTypeHeader, IReadOnlyList<JsonPointer> replayPointers, out PayloadFacts facts)
    {
        List<JsonPointer> pointers = [.. rules.Ids, .. replayPointers];
        if (rules.EventType is not null)
            pointers.Add(rules.EventType);

        var search = new PayloadSearch(pointers);
        search.Run(body);

        var ids = search.Found[..rules.Ids.Count];
        var id = Array.FindIndex(ids, value => value.IsId);
        PayloadValue[] replayValues = [.. search.Found.Skip(ids.Length).Take(replayPointers.Count)];
        var typeOfHeader = Type(eventTypeHeader);
        var type = typeOfHeader ?? (rules.EventType is null ? null : Type(search.Found[^1].Text));
        facts = new PayloadFacts
        {
            EventType = type ?? PayloadFacts.DefaultEventType,
            IsTypeOfHeader = typeOfHeader is not null,
            IdName = id < 0 ? null : rules.Ids[id].ToString(),
            Id = id < 0 ? default : ids[id],
            ReplayValues = replayValues,
            IsIdMissing = replayValues.Length > 0
                ? Array.Exists(replayValues, value => value.Kind == PayloadValueKind.None || value.Text is "")
                : ids.Length > 0 && id < 0,
            IsCutShort = pointers.Count > 0 && !search.IsComplete && search.HasBegun,
        };

        return !rules.Required
            || (search is { IsJson: true, IsObject: true, HasLoneSurrogate: false }
                && type is not null
                && id >= 0
                && Array.TrueForAll(ids, value => value.Kind is PayloadValueKind.Text or PayloadValueKind.None));
    }

    /// <summary>Whether a text can be an event type: not empty, not too long, and without control characters.</summary>
    public static bool IsEventType([NotNullWhen(true)] string? text)
        => text is { Length: > 0 and <= PayloadFacts.MaxEventTypeLength } && !text.Any(char.IsControl);

    private static string? Type(string? text) => IsEventType(text) ? text : null;
}
