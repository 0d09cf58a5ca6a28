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

    /// <summary>QI Tech: the path that the sender was given. Not set: the request's path.</summary>
    public string? PublicPath { get; set; }

    /// <summary>
    /// QI Tech: the name of the secret that holds the expected API-CLIENT-KEY. Not set: not compared.
    /// </summary>
    public string? ClientKey { get; set; }

    /// <summary>
    /// QI Tech: what the MD5 covers, <c>raw</c> (the body as sent) or <c>json-dumps</c> (also the body as Python's
    /// json.dumps writes it). Not set: <c>raw</c>.
    /// </summary>
    public string? BodyHash { get; set; }

    /// <summary>For the scheme <c>custom</c>: how the source signs, as data.</summary>
    public SignatureOptions? Signature { get; set; }
}
