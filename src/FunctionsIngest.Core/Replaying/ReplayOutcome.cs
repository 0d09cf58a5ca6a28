namespace FunctionsIngest.Replaying;

/// <summary>What became of a replay.</summary>
internal enum ReplayOutcome
{
    /// <summary>The new event is on the queue.</summary>
    Sent,

    /// <summary>
    /// An earlier replay had begun and died before it could know that its event was sent: that event is on the queue.
    /// </summary>
    Resumed,

    /// <summary>The event is itself a replay: nothing was sent.</summary>
    IsReplay,

    /// <summary>The event's body is gone from the archive: nothing was sent.</summary>
    BodyGone,
}
