namespace FunctionsIngest.Cli.Sending;

/// <summary>What a webhook has wrong on purpose.</summary>
internal enum Forgery
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A byte of the body was changed after it was signed.</summary>
    Body,

    /// <summary>A character of the signature was changed.</summary>
    Signature,

    /// <summary>The signed timestamp is older than the scheme allows.</summary>
    Time,
}
