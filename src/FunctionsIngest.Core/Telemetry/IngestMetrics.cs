using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace FunctionsIngest.Telemetry;

/// <summary>
/// The meter <c>FunctionsIngest</c>. Tags have bounded values: sources are the configured ones or
/// <see cref="Unknown"/>, event types and ids never are a tag.
/// </summary>
internal sealed class IngestMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "FunctionsIngest";

    /// <summary>The source of requests to a path that no source has.</summary>
    public const string Unknown = "unknown";

    /// <summary>The source of messages that could not be read.</summary>
    public const string Unreadable = "unreadable";

    // In seconds: what takes milliseconds.
    private static readonly InstrumentAdvice<double> Quick = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    // In seconds: what takes milliseconds or, on a bad day, hours.
    private static readonly InstrumentAdvice<double> Slow = new() { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 21_600, 86_400] };

    private static readonly InstrumentAdvice<long> Bytes = new()
    {
        HistogramBucketBoundaries = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 104_857_600],
    };

    private readonly Counter<long> _received;
    private readonly Counter<long> _answered;
    private readonly Counter<long> _unidentified;
    private readonly Histogram<double> _answerDuration;
    private readonly Histogram<double> _insertDuration;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<long> _bodySize;
    private readonly Histogram<double> _queueTime;
    private readonly Histogram<double> _handlerDuration;
    private readonly Counter<long> _processed;
    private readonly Counter<long> _poisoned;
    private readonly Counter<long> _redriven;
    private readonly Counter<long> _unreadableRows;
    private readonly Gauge<long> _sweepFinished;

    public IngestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _received = meter.CreateCounter<long>("ingest.webhooks.received", "{webhook}", "Requests to a webhook path.");
        _answered = meter.CreateCounter<long>("ingest.webhooks.answered", "{webhook}", "Answers, by outcome and reason.");
        _unidentified = meter.CreateCounter<long>("ingest.webhooks.unidentified", "{webhook}", "Accepted webhooks that lack the id or ReplayKey value that is configured.");
        _answerDuration = meter.CreateHistogram<double>("ingest.answer.duration", "s", "From the request's arrival to its answer.", advice: Quick);
        _insertDuration = meter.CreateHistogram<double>("ingest.insert.duration", "s", "The insert of the replay row.", advice: Quick);
        _sendDuration = meter.CreateHistogram<double>("ingest.send.duration", "s", "The hand-over to the queue, a large body's upload included.", advice: Quick);
        _bodySize = meter.CreateHistogram<long>("ingest.body.size", "By", "Bodies of accepted webhooks.", advice: Bytes);
        _queueTime = meter.CreateHistogram<double>("ingest.queue.time", "s", "From a request's arrival to the processing of its message.", advice: Slow);
        _handlerDuration = meter.CreateHistogram<double>("ingest.handler.duration", "s", "One run of one handler.", advice: Slow);
        _processed = meter.CreateCounter<long>("ingest.events.processed", "{event}", "Ends of attempts, by outcome.");
        _poisoned = meter.CreateCounter<long>("ingest.events.poisoned", "{event}", "Events and messages that were given up.");
        _unreadableRows = meter.CreateCounter<long>("ingest.rows.unreadable", "{row}", "Rows that a sweep could not read and has left.");
        _sweepFinished = meter.CreateGauge<long>("ingest.sweep.finished", "s", "When a sweep last finished, in seconds since 1970.");
        _redriven = meter.CreateCounter<long>("ingest.events.redriven", "{event}", "First attempts of events that were redriven from poison.");
    }

    public void Received(string source) => _received.Add(1, new KeyValuePair<string, object?>("source", source));

    /// <param name="source">The source, or <see cref="Unknown"/>.</param>
    /// <param name="outcome">What the caller was told.</param>
    /// <param name="reason">What exactly was wrong; a name of a fixed set.</param>
    /// <param name="duration">How long the answer took.</param>
    public void Answered(string source, string outcome, string reason, TimeSpan duration)
    {
        var tags = new TagList { { "source", source }, { "outcome", outcome } };
        _answerDuration.Record(duration.TotalSeconds, tags);
        tags.Add("reason", reason);
        _answered.Add(1, tags);
    }

    public void Unidentified(string source) => _unidentified.Add(1, new KeyValuePair<string, object?>("source", source));

    public void Inserted(string source, TimeSpan duration) => _insertDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("source", source));

    public void Sent(string source, long bodySize, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("source", source);
        _sendDuration.Record(duration.TotalSeconds, tag);
        _bodySize.Record(bodySize, tag);
    }

    public void Dequeued(string source, TimeSpan age)
        => _queueTime.Record(Math.Max(0, age.TotalSeconds), new KeyValuePair<string, object?>("source", source));

    public void Handled(string source, string handler, string outcome, TimeSpan duration)
        => _handlerDuration.Record(duration.TotalSeconds, new TagList { { "source", source }, { "handler", handler }, { "outcome", outcome } });

    /// <param name="source">The source.</param>
    /// <param name="outcome"><c>processed</c>, <c>retried</c> or <c>poisoned</c>.</param>
    public void Processed(string source, string outcome) => _processed.Add(1, new TagList { { "source", source }, { "outcome", outcome } });

    public void Poisoned(string source) => _poisoned.Add(1, new KeyValuePair<string, object?>("source", source));

    public void UnreadableRow(string source) => _unreadableRows.Add(1, new KeyValuePair<string, object?>("source", source));

    /// <param name="at">When it finished.</param>
    /// <param name="outcome">
    /// <c>whole</c>, or <c>limited</c> if it stopped at one of its limits and the next one goes on.
    /// </param>
    public void SweepFinished(DateTimeOffset at, string outcome) => _sweepFinished.Record(at.ToUnixTimeSeconds(), new KeyValuePair<string, object?>("outcome", outcome));

    public void Redriven(string source) => _redriven.Add(1, new KeyValuePair<string, object?>("source", source));
}
