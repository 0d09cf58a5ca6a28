namespace FunctionsIngest.Processing;

/// <summary>What a processor does with a message, decided on the message and the row alone.</summary>
internal enum Decision
{
    /// <summary>Drop the message: the event has reached its end.</summary>
    DropAtEnd,

    /// <summary>Drop the message: its own retry copy, or a redrive, has taken over.</summary>
    DropAsOlder,

    /// <summary>
    /// Send a copy that stays invisible for the rest of the lease. While a lease is live nothing is dropped, because
    /// its holder may have died.
    /// </summary>
    Defer,

    /// <summary>Insert the row anew: it has expired.</summary>
    Insert,

    /// <summary>Take the row.</summary>
    Take,
}
