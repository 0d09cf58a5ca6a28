namespace FunctionsIngest.Senders.Signatures;

/// <summary>How a signature is written in its header.</summary>
internal enum SignatureEncoding
{
    /// <summary>Hexadecimal digits of either case.</summary>
    Hex,

    /// <summary>Base64 (RFC 4648, section 4), padded.</summary>
    Base64,

    /// <summary>Base64url (RFC 4648, section 5), without padding.</summary>
    Base64Url,

    /// <summary>Not encoded: the text itself, in UTF-8.</summary>
    Text,
}
