using FunctionsIngest.Queueing;

namespace FunctionsIngest.Processing;

/// <summary>Why an event is given up, where it is not a handler's failure.</summary>
internal static class GiveUpReasons
{
    /// <summary>The host gave the message up.</summary>
    public const string ProcessDied = "The process died.";

    /// <summary>The lease of a holder was not given up, once too often.</summary>
    public const string DiedTooOften = "The process died three times while it worked on this event, or let its lease lapse: it is not run again.";

    /// <summary>The message is about as old as the retention, and there is no row of its own.</summary>
    public const string Outlived = "The message outlived its row: it waited about as long as the retention, so whether the event was processed is not known.";

    /// <summary>The row of the message has an unknown form.</summary>
    public const string RowUnreadable = "The row of the event is in a form that this version does not know.";

    /// <summary>The body is lost.</summary>
    public static string BodyMissing(Envelope envelope) => $"The body is missing: there is no blob '{envelope.Payload}'.";
}
