using FunctionsIngest.Ledger;
using FunctionsIngest.Queueing;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Processing;

/// <summary>Counts and logs the ends of events, each once.</summary>
internal sealed partial class EventEnds(IngestMetrics metrics, ILogger<EventEnds> logger)
{
    /// <summary>
    /// Counts the end that the holder of a row has written, if it has written one. Repeating it changes nothing.
    /// </summary>
    public void Count(Envelope envelope, HeldRow row)
    {
        if (row.IsCounted || !row.HasEnded)
            return;

        row.IsCounted = true;
        if (row.Current.State == RowState.Poisoned)
        {
            CountGivenUp(envelope, row.Current.Reason ?? "");
            return;
        }

        metrics.Processed(envelope.Source, "processed");
        Log.Processed(logger, envelope.Type, envelope.Attempt);
    }

    /// <summary>Counts an event that was given up.</summary>
    public void CountGivenUp(Envelope envelope, string reason)
    {
        metrics.Poisoned(envelope.Source);
        metrics.Processed(envelope.Source, "poisoned");
        Log.GivenUp(logger, envelope.Attempt, reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Processed {EventType}, attempt {Attempt}.")]
        public static partial void Processed(ILogger logger, string eventType, int attempt);

        [LoggerMessage(2, LogLevel.Error, "Given up after attempt {Attempt}, and kept until 'ingest poison redrive' or 'purge': {Reason}")]
        public static partial void GivenUp(ILogger logger, int attempt, string reason);
    }
}
