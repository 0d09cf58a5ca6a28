namespace FunctionsIngest.Senders.Signatures;

/// <summary>
/// What the verification of a webhook found. For the log and the command line; a caller over HTTP is never told.
/// </summary>
internal enum VerificationResult
{
    /// <summary>
    /// A key of the source made one of the offered signatures, and all else that the scheme demands holds.
    /// </summary>
    Verified,

    /// <summary>A header that the scheme needs is absent or empty.</summary>
    HeaderMissing,

    /// <summary>A header that matters has two different values.</summary>
    HeaderAmbiguous,

    /// <summary>The webhook's id is not one that the signed content can carry safely.</summary>
    IdMalformed,

    /// <summary>The timestamp is not written as the scheme writes it.</summary>
    TimestampMalformed,

    /// <summary>The timestamp lies further in the past than the tolerance.</summary>
    TimestampTooOld,

    /// <summary>The timestamp lies further in the future than the tolerance.</summary>
    TimestampTooNew,

    /// <summary>
    /// The signature is not written as the scheme writes it, or none of a version that the scheme knows was offered.
    /// </summary>
    SignatureMalformed,

    /// <summary>The token names an algorithm other than the scheme's.</summary>
    AlgorithmRefused,

    /// <summary>No key of the source made any of the offered signatures.</summary>
    SignatureMismatch,

    /// <summary>The token's own time of expiry has passed.</summary>
    TokenExpired,

    /// <summary>The token says that it is not valid yet.</summary>
    TokenNotYetValid,

    /// <summary>The token was made for another method.</summary>
    MethodMismatch,

    /// <summary>The token was made for another address.</summary>
    AddressMismatch,

    /// <summary>The token is genuine, but was made for another body.</summary>
    BodyMismatch,

    /// <summary>The sender's client key is not the configured one.</summary>
    ClientKeyMismatch,

    /// <summary>
    /// The sender signs before it compresses, and the body is not written in the coding that Content-Encoding names, or
    /// expands too far.
    /// </summary>
    BodyUndecodable,
}
