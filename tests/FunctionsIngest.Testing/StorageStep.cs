namespace FunctionsIngest.Testing;

/// <summary>
/// The steps of the protocol as they are seen on the wire. Whatever lies between two steps of a process happens in its
/// memory alone, so dying at each of these, before and after storage has carried it out, is dying between any two of
/// them.
/// </summary>
internal enum StorageStep
{
    /// <summary>None of the steps below: containers, tables and queues being created, probes.</summary>
    Other,

    /// <summary>The request that is the first inserts the row.</summary>
    Insert,

    /// <summary>A large body goes to its blob.</summary>
    StorePayload,

    /// <summary>A request or a redrive sends a message, visible at once.</summary>
    Send,

    /// <summary>A duplicate's request notes that it has sent.</summary>
    MarkHandedOver,

    /// <summary>Messages are taken off a queue.</summary>
    Receive,

    /// <summary>The row is read.</summary>
    Look,

    /// <summary>A processor takes the row, or renews its lease before a handler has finished.</summary>
    Take,

    /// <summary>A large body is loaded.</summary>
    LoadPayload,

    /// <summary>The archive, the first handler, writes the event or its body.</summary>
    Archive,

    /// <summary>
    /// A handler's end is noted, and others are to come; or, on the wire the same, the row is taken or its lease
    /// renewed after that.
    /// </summary>
    NoteHandler,

    /// <summary>A processor sends a copy that stays invisible for a while.</summary>
    SendCopy,

    /// <summary>The row says that the attempt has failed, or the lease is given up.</summary>
    NoteFailure,

    /// <summary>All handlers have finished.</summary>
    MarkProcessed,

    /// <summary>The event is given up: its document, or the body beside it, is written.</summary>
    StorePoison,

    /// <summary>The row says that the event is given up.</summary>
    MarkPoisoned,

    /// <summary>A poison document, or the body beside it, is removed.</summary>
    RemovePoison,

    /// <summary>
    /// A redrive or the sweep lists what is in poison, or a redrive reads a document or the body beside it.
    /// </summary>
    ReadPoison,

    /// <summary>A large body's blob is removed.</summary>
    RemovePayload,

    /// <summary>The host moves a message to the poison queue.</summary>
    MoveToPoisonQueue,

    /// <summary>The host deletes a message that has been dealt with.</summary>
    DeleteMessage,

    /// <summary>The host keeps a message invisible, or hides it after a failure.</summary>
    HideMessage,

    /// <summary>The sweep counts the messages of a queue.</summary>
    CountMessages,

    /// <summary>The sweep removes expired rows.</summary>
    RemoveRows,

    /// <summary>The sweep looks for the document of a body in poison.</summary>
    LookForPoison,

    /// <summary>The sweep lists rows or payloads, or notes how far it has come.</summary>
    Sweep,
}
