namespace FunctionsIngest.Model;

/// <summary>Ways to break the protocol, each of which the model must notice.</summary>
public enum Mutation
{
    /// <summary>The protocol as it is.</summary>
    None,

    /// <summary>A duplicate that finds the row is answered 200 without a send.</summary>
    DuplicateNeverSends,

    /// <summary>A duplicate marks the row HandedOver and sends afterwards.</summary>
    MarkBeforeSend,

    /// <summary>The receiver answers 200 before it sends.</summary>
    AnswerBeforeSend,

    /// <summary>A message that meets a live lease is dropped.</summary>
    DropOnLiveLease,

    /// <summary>A live lease is ignored.</summary>
    TakeOnLiveLease,

    /// <summary>The row is taken without If-Match.</summary>
    TakeWithoutIfMatch,

    /// <summary>A message as old as the row counts as older.</summary>
    EqualCountsAsOlder,

    /// <summary>After a handler's failure the row is written before the copy is sent.</summary>
    RowBeforeCopy,

    /// <summary>Handlers' ends are noted with Processed only.</summary>
    NoNotes,

    /// <summary>The next processor of the row forgets which handlers have finished.</summary>
    NotesNotCarriedOver,

    /// <summary>The row says Poisoned before the poison blob is written.</summary>
    PoisonRowBeforeBlob,

    /// <summary>The poison blob is removed before the row says Processed.</summary>
    PoisonBlobBeforeProcessed,

    /// <summary>The poison blob stays where it is when the row gets Processed.</summary>
    PoisonBlobStays,

    /// <summary>A message that finds the row Processed is dropped without a look for a poison blob.</summary>
    DropLeavesPoisonBlob,

    /// <summary>The redriver removes the poison blob before it sends.</summary>
    RedriveRemovesBeforeSend,

    /// <summary>The redriver removes whatever poison blob there is by now.</summary>
    RedriveWithoutIfMatch,

    /// <summary>The redriver counts on from the poison blob alone and does not ask the row.</summary>
    RedriveCountsFromBlobAlone,

    /// <summary>A message of a poisoned event is sent again with a delay instead of being dropped.</summary>
    CopyWhenPoisoned,

    /// <summary>The payload goes with every message that is dropped, also the older one of the same delivery.</summary>
    DropRemovesPayload,

    /// <summary>The payload is removed before the row says Processed.</summary>
    PayloadBeforeProcessed,

    /// <summary>
    /// A message without its payload goes to poison with an empty body in the place of the one that may be there.
    /// </summary>
    LostBodyIsKeptAsEmpty,

    /// <summary>The redriver reads the body beside the poison blob after it has asked the row.</summary>
    RedriveReadsBodyAfterRow,

    /// <summary>The redriver removes whatever body there is beside the poison blob by now.</summary>
    PoisonBodyWithoutIfMatch,

    /// <summary>
    /// A processor that finds the row at its end under its own owner id takes that for another's doing.
    /// </summary>
    LostEndIsAnothers,

    /// <summary>A processor that writes Processed over another's row leaves that one's owner id in it.</summary>
    ProcessedKeepsOwner,

    /// <summary>Whether a lease is live is told by the clock of the taker, which may be ahead.</summary>
    LeaseByOwnClock,

    /// <summary>A processor that has lost the row goes on to start a handler.</summary>
    StartsAfterLoss,

    /// <summary>A row that is taken although its lease was not given up counts no death.</summary>
    DeathsAreNotCounted,

    /// <summary>A redrive goes on with the deaths and the mark of the row that it takes.</summary>
    RedriveKeepsDeaths,

    /// <summary>A late message that finds no row is processed like any other.</summary>
    LateIsInsertedAnew,

    /// <summary>A row that a late message inserts does not say so: its next processor runs the handlers.</summary>
    OutlivedIsNotMarked,

    /// <summary>A late message that is dropped at Processed removes the poison blob that there is by then.</summary>
    LateDropTakesPoisonBlob,

    /// <summary>A duplicate whose row has gone sends its message without one.</summary>
    GoneRowIsNotInserted,

    /// <summary>A message of an event whose row has expired takes the row of the same webhook sent again.</summary>
    FormerTakesTheRow,

    /// <summary>A poison blob that cannot be removed after Processed is left.</summary>
    FailedRemovalIsLeft,

    /// <summary>
    /// The sweep takes a Poisoned row for one that needs no payload any more, whether or not there are messages.
    /// </summary>
    SweepTakesPoisonedForFinal,

    /// <summary>The sweep removes payloads without a row whether or not there are messages.</summary>
    SweepIgnoresQueues,

    /// <summary>The sweep counts the poison queue first.</summary>
    SweepCountsPoisonQueueFirst,

    /// <summary>Rows expire whatever they say and whether or not there are messages.</summary>
    UnfinishedRowsExpire,

    /// <summary>The sweep removes a body in poison whatever its age: its poison blob may be yet to come.</summary>
    SweepTakesYoungBodies,

    /// <summary>The sweep removes an old body in poison without a look for its poison blob.</summary>
    SweepLooksForNoPoisonBlob,

    /// <summary>The sweep removes whatever body there is in poison by now.</summary>
    SweepRemovesBodyWithoutIfMatch,

    /// <summary>The sweep looks at rows and payloads alone.</summary>
    SweepLeavesBodies,
}
