namespace FunctionsIngest.Senders.Signatures;

/// <summary>What QI Tech's payload_md5 covers.</summary>
internal enum BodyHash
{
    /// <summary>The body as sent.</summary>
    Raw,

    /// <summary>The body as sent, or as Python's <c>json.dumps</c> writes it.</summary>
    JsonDumps,
}
