using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>Why a genuine webhook is not taken: for its payload, or for its event type.</summary>
internal static class PayloadProblem
{
    /// <summary>Looks at the payload as the app does.</summary>
    /// <param name="rules">What the payload must contain.</param>
    /// <param name="eventTypes">The types that the source takes; empty: all.</param>
    /// <param name="request">A genuine request.</param>
    /// <returns>A sentence; null if the app takes it.</returns>
    public static string? Of(PayloadRules rules, ICollection<string> eventTypes, SignedRequest request)
    {
        var body = request.Body.ToArray();
        var payload = BodyVariants.TryInflate(body, request.Headers.ContentEncoding.ToString()) ?? body;
        var header = rules.EventTypeHeader is { } name ? request.Headers[name].ToString() : null;
        if (!PayloadReader.TryRead(payload, rules, header, [], out var facts))
        {
            return $"The app refuses its payload (Invalid payload): it must be a JSON object in UTF-8 with an event type at {rules.EventType}, "
                + $"and an id at {string.Join(" or ", rules.Ids)}, each a text that is not empty.";
        }

        return eventTypes.Count == 0 || eventTypes.Contains(facts.EventType)
            ? null
            : $"The app does not take its event type '{facts.EventType}': the source's EventTypes are {string.Join(", ", eventTypes.Order(StringComparer.Ordinal))}.";
    }
}
