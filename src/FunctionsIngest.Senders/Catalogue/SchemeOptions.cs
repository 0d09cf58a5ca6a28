namespace FunctionsIngest.Senders.Catalogue;

/// <summary>How a sender signs, as settings: what <see cref="SchemeCatalogue"/> builds a scheme from.</summary>
internal class SchemeOptions
{
    /// <summary>
    /// How the source signs: the name of a scheme in the catalogue, or <c>custom</c> with a <c>Signature</c> section.
    /// </summary>
    public string? Scheme { get; set; }

    /// <summary>How far the signed timestamp may be off, either way. Not set: the scheme's own.</summary>
    public TimeSpan? Tolerance { get; set; }

    /// <summary>
    /// How the secrets are written: <c>utf8</c>, <c>base64</c>, <c>hex</c> or <c>pem</c>. Not set: as the scheme says.
    /// </summary>
    public string? SecretFormat { get; set; }

    /// <summary>
    /// What a Content-Encoding means to the signature. Not set: the sender signs what it sends, and the body is handed
    /// on as it came. <c>signed-before</c>: the sender signs and then compresses, so that a body in <c>gzip</c>,
    /// <c>deflate</c> or <c>br</c> is decompressed before it is verified, to at most 100 times its size.
    /// </summary>
    public string? Compression { get; set; }

    /// <summary>
    /// QI Tech: the path that the sender was given, with its query if it has one. Not set: the request's path.
    /// </summary>
    public string? PublicPath { get; set; }

    /// <summary>
    /// QI Tech: the name of the secret that holds the expected API-CLIENT-KEY. Not set: not compared.
    /// </summary>
    public string? ClientKey { get; set; }

    /// <summary>
    /// QI Tech: what the MD5 covers, <c>json-dumps</c> (the body as Python's json.dumps writes it, as QI Tech's
    /// document says, or as sent) or <c>raw</c> (only the body as sent). Not set: <c>json-dumps</c>.
    /// </summary>
    public string? BodyHash { get; set; }

    /// <summary>For the scheme <c>custom</c>: how the source signs, as data.</summary>
    public SignatureOptions? Signature { get; set; }
}
