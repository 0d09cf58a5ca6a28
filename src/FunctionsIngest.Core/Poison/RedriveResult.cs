namespace FunctionsIngest.Poison;

/// <summary>What became of a redrive.</summary>
internal enum RedriveResult
{
    /// <summary>The event is on the queue again.</summary>
    Sent,

    /// <summary>The event had been processed after all; its poison document is removed.</summary>
    AlreadyProcessed,

    /// <summary>There is no such poison document: another redrive was faster.</summary>
    Missing,

    /// <summary>
    /// The event's body is lost, which its document's reason says: nothing was sent, and the document stays.
    /// </summary>
    BodyLost,

    /// <summary>
    /// The document or the event's row is in a form that this version does not know: nothing was sent, and the document
    /// stays.
    /// </summary>
    Unreadable,
}
