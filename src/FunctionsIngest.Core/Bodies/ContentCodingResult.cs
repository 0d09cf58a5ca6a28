namespace FunctionsIngest.Bodies;

/// <summary>What became of undoing a content coding.</summary>
internal enum ContentCodingResult
{
    /// <summary>The request names no coding that is known, or its body is not written in it.</summary>
    NotCoded,

    /// <summary>The body as it was before.</summary>
    Inflated,

    /// <summary>The body would be larger than the limit.</summary>
    TooLarge,
}
