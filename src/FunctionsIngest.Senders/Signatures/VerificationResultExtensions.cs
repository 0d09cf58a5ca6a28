namespace FunctionsIngest.Senders.Signatures;

/// <summary>Results in words.</summary>
internal static class VerificationResultExtensions
{
    /// <summary>One plain sentence that the log and the command line show.</summary>
    public static string Sentence(this VerificationResult result) => result switch
    {
        VerificationResult.Verified => "The webhook is genuine.",
        VerificationResult.HeaderMissing => "A header that the scheme needs is missing or empty.",
        VerificationResult.HeaderAmbiguous => "A header that matters has two different values, or a server has joined several with a comma and a blank.",
        VerificationResult.IdMalformed => "The webhook's id is empty, longer than 1,024 characters, or has characters that do not belong in it.",
        VerificationResult.TimestampMalformed => "The timestamp is missing or not written as the scheme writes it.",
        VerificationResult.TimestampTooOld => "The timestamp lies further in the past than the tolerance.",
        VerificationResult.TimestampTooNew => "The timestamp lies further in the future than the tolerance.",
        VerificationResult.SignatureMalformed => "The signature is not written as the scheme writes it, or too many were offered.",
        VerificationResult.AlgorithmRefused => "The token names an algorithm other than the scheme's.",
        VerificationResult.SignatureMismatch => "None of the source's keys made any of the offered signatures over this content.",
        VerificationResult.TokenExpired => "The token's own time of expiry (exp) has passed.",
        VerificationResult.TokenNotYetValid => "The token says that it is not valid yet (nbf).",
        VerificationResult.MethodMismatch => "The token was made for another method.",
        VerificationResult.AddressMismatch => "The token was made for another path.",
        VerificationResult.BodyMismatch => "The token is genuine, but was made for another body.",
        VerificationResult.ClientKeyMismatch => "The client key is not the configured one.",
        VerificationResult.BodyUndecodable => "The body is not written in the coding that Content-Encoding names, or it expands too far.",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "It is not a result of a verification."),
    };
}
