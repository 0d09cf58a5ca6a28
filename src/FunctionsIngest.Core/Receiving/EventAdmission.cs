using FunctionsIngest.Senders.Payloads;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Receiving;

/// <summary>Which genuine webhooks are processed: not every payload, and not every type.</summary>
internal sealed partial class EventAdmission(IngestMetrics metrics, ILogger<EventAdmission> logger)
{
    /// <summary>Decides.</summary>
    /// <param name="source">Whose webhook it is.</param>
    /// <param name="isAcceptable">Whether the payload has what the sender's rules demand.</param>
    /// <param name="facts">What the payload says.</param>
    /// <returns>The answer to a webhook that is not processed; null for one that is.</returns>
    public Answer? Refuse(Source source, bool isAcceptable, PayloadFacts facts)
    {
        if (!isAcceptable)
        {
            Log.InvalidPayload(logger, source.Name);
            return Answer.InvalidPayload;
        }

        if (source.Scheme.Payload.AwaitedTypes.Contains(facts.EventType))
        {
            Log.AnswerAwaited(logger, source.Name, facts.EventType);
            return Answer.UnknownEventType;
        }

        if (source.EventTypes is null || source.EventTypes.Contains(facts.EventType))
        {
            Report(source, facts);
            return null;
        }

        if (source.Scheme.Payload.RefusesUnknownTypes)
        {
            Log.UnknownEventType(logger, source.Name, facts.EventType);
            return Answer.UnknownEventType;
        }

        Log.Ignored(logger, source.Name, facts.EventType);
        return Answer.Ignored;
    }

    /// <summary>Tells what may make a repetition of this webhook look like a new one.</summary>
    private void Report(Source source, PayloadFacts facts)
    {
        if (facts.IsCutShort)
            Log.CutShort(logger, source.Name);
        if (!facts.IsIdMissing)
            return;

        metrics.Unidentified(source.Name);
        Log.Unidentified(logger, source.Name);
    }

    private static partial class Log
    {
        // Only genuine webhooks come here, so that a forger cannot write these.
        [LoggerMessage(1, LogLevel.Warning, "A genuine webhook of {Source} lacks what this sender's webhooks must have: answered 400.")]
        public static partial void InvalidPayload(ILogger logger, string source);

        [LoggerMessage(2, LogLevel.Warning, "{EventType} is not one of the EventTypes of {Source}, and this sender wants a refusal: answered 400.")]
        public static partial void UnknownEventType(ILogger logger, string source, string eventType);

        [LoggerMessage(3, LogLevel.Information, "{EventType} is not one of the EventTypes of {Source}: acknowledged and ignored. Nothing is stored.")]
        public static partial void Ignored(ILogger logger, string source, string eventType);

        [LoggerMessage(4, LogLevel.Error, "The sender of {Source} acts on the answer to {EventType}, and nothing here makes that answer: answered 400.")]
        public static partial void AnswerAwaited(ILogger logger, string source, string eventType);

        [LoggerMessage(5, LogLevel.Warning, "The body of a webhook of {Source} could not be read to its end. What came before the blemish counts.")]
        public static partial void CutShort(ILogger logger, string source);

        [LoggerMessage(6, LogLevel.Warning, "A webhook of {Source} lacks the id or the ReplayKey value that is configured. More of it counts, so that a retry may be processed again.")]
        public static partial void Unidentified(ILogger logger, string source);
    }
}
