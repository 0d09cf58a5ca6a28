using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Senders.Diagnosis;

/// <summary>Why a genuine webhook is not processed: because of its payload, or of its event type.</summary>
internal static class PayloadProblem
{
    /// <summary>Looks at the payload as the app does.</summary>
    /// <param name="webhook">A genuine webhook.</param>
    /// <param name="rules">What the payload must contain.</param>
    /// <param name="eventTypes">The types that the source takes; empty: all.</param>
    /// <returns>A sentence; null if the app takes it.</returns>
    public static string? Of(VerifiedWebhook webhook, PayloadRules rules, ICollection<string> eventTypes)
    {
        // The body is in memory, so that nothing is waited for.
        webhook.InflateAsync(stream => ValueTask.FromResult<ReadOnlyMemory<byte>?>(ReadAll(stream))).AsTask().GetAwaiter().GetResult();
        if (!webhook.TryRead([], out var facts))
        {
            return $"The app refuses its payload (400 Invalid payload): it must be a JSON object in UTF-8 with an event type at {rules.EventType}, "
                + $"and an id at {string.Join(" or ", rules.Ids)}, each a text that is not empty.";
        }

        if (rules.AwaitedTypes.Contains(facts.EventType))
            return $"The app refuses its event type '{facts.EventType}' (400 Unknown event type): the sender acts on the answer, and nothing makes that answer.";
        if (eventTypes.Count == 0 || eventTypes.Contains(facts.EventType))
            return null;

        return $"The app does not process its event type '{facts.EventType}' ({(rules.RefusesUnknownTypes ? "400 Unknown event type" : "200 ignored")}): "
            + $"the source's EventTypes are {string.Join(", ", eventTypes.Order(StringComparer.Ordinal))}.";
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }
}
