namespace FunctionsIngest.Ledger;

/// <summary>Where a webhook is on its way.</summary>
internal enum RowState
{
    /// <summary>Inserted by the request that was the first; whether its message was sent is not known.</summary>
    Received,

    /// <summary>A duplicate has sent the message again.</summary>
    HandedOver,

    /// <summary>Taken by a processor, or waiting for its next attempt.</summary>
    Processing,

    /// <summary>All handlers have finished.</summary>
    Processed,

    /// <summary>Given up; the event is in the poison container.</summary>
    Poisoned,

    /// <summary>
    /// What the table has is not known to this version, such as a row of a newer one after a rollback. Such a row is
    /// neither written nor removed.
    /// </summary>
    Unreadable,
}
