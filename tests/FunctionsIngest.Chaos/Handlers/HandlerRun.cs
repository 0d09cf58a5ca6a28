namespace FunctionsIngest.Chaos.Handlers;

/// <summary>One run of a handler for an event.</summary>
/// <param name="Process">The process that it ran in.</param>
/// <param name="Handler">The handler's name.</param>
/// <param name="Source">The event's source.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="Redrive">How often the event had been redriven.</param>
/// <param name="StartedAt">When it started, by the machine's monotonic clock.</param>
internal sealed record HandlerRun(string Process, string Handler, string Source, string EventId, int Redrive, long StartedAt)
{
    /// <summary>When it ended; null if it did not.</summary>
    public long? EndedAt { get; set; }

    /// <summary>Whether it threw, as it was told to.</summary>
    public bool HasFailed { get; set; }
}
