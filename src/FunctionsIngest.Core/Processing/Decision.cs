namespace FunctionsIngest.Processing;

/// <summary>What a processor does with a message, decided on the message and the row alone.</summary>
internal enum Decision
{
    /// <summary>Keep the message in poison as unreadable: this version does not know the form of its row.</summary>
    KeepUnreadable,

    /// <summary>Drop the message: the event has reached its end.</summary>
    DropAtEnd,

    /// <summary>
    /// Keep the message in poison, and leave the row: it belongs to the same webhook, sent again later.
    /// </summary>
    KeepFormer,

    /// <summary>Drop the message: its own retry copy, or a redrive, has taken over.</summary>
    DropAsOlder,

    /// <summary>
    /// Send a copy that stays invisible for the rest of the lease. While a lease is live nothing is dropped, because
    /// its holder may have died.
    /// </summary>
    Defer,

    /// <summary>
    /// Insert the row anew, to give the event up: it may have been processed, and its row has expired.
    /// </summary>
    InsertOutlived,

    /// <summary>Insert the row anew: it has expired without having come to an end.</summary>
    Insert,

    /// <summary>Take the row.</summary>
    Take,
}
