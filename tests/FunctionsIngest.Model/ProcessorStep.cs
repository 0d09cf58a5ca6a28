namespace FunctionsIngest.Model;

/// <summary>What a processor does next: one storage call, one handler or one act of its host.</summary>
internal enum ProcessorStep : byte
{
    Idle,
    Look,
    CopyOnLiveLease,
    Insert,
    Take,
    Load,
    Start,
    Run,
    Note,
    Finish,
    RemovePoisonBlob,
    RemovePoisonBody,
    RemovePayload,
    Delete,
    RetryCopy,
    RetryRow,
    PoisonBody,
    PoisonBlob,
    PoisonRow,
    FailureCopy,
    ReleaseAndReturn,
    ReleaseAndThrow,
    Throw,
    MoveCopy,
    MoveDelete,
}
