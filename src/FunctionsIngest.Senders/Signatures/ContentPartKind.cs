namespace FunctionsIngest.Senders.Signatures;

/// <summary>What one part of the signed content is.</summary>
internal enum ContentPartKind
{
    /// <summary>Fixed text.</summary>
    Literal,

    /// <summary><c>{id}</c>: the webhook's id as its header has it.</summary>
    Id,

    /// <summary><c>{timestamp}</c>: the timestamp as it was written.</summary>
    Timestamp,

    /// <summary><c>{method}</c>: the HTTP method.</summary>
    Method,

    /// <summary><c>{path}</c>: the path that the sender was given.</summary>
    Path,

    /// <summary><c>{body}</c>: the body's bytes.</summary>
    Body,
}
