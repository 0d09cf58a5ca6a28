namespace FunctionsIngest.Bodies;

/// <summary>What became of undoing a content coding.</summary>
internal enum ContentCodingResult
{
    /// <summary>The request names no coding that can be undone.</summary>
    NotCoded,

    /// <summary>The body is there as it was before.</summary>
    Decoded,

    /// <summary>The body is not written in the coding, or expands too far.</summary>
    Undecodable,

    /// <summary>The body would be larger than the limit.</summary>
    TooLarge,
}
