namespace FunctionsIngest.Senders.Catalogue;

/// <summary>
/// How a source of the scheme <c>custom</c> signs: the section <c>Webhooks:Sources:{name}:Signature</c> of the
/// configuration.
/// </summary>
internal sealed class SignatureOptions
{
    /// <summary>The header that carries the signature.</summary>
    public string? Header { get; set; }

    /// <summary>
    /// The algorithm: <c>hmac-sha1</c>, <c>hmac-sha256</c>, <c>hmac-sha384</c>, <c>hmac-sha512</c>, <c>ed25519</c>,
    /// <c>ecdsa-p256-sha256</c>, <c>rsa-sha256</c> or <c>token</c>. Unless <c>SecretFormat</c> says otherwise, the
    /// secrets are <c>hex</c> for <c>ed25519</c>, <c>pem</c> for <c>ecdsa-p256-sha256</c> and <c>rsa-sha256</c>, and
    /// <c>utf8</c> for the others.
    /// </summary>
    public string? Algorithm { get; set; }

    /// <summary>How the signature is written: <c>hex</c>, <c>base64</c> or <c>base64url</c>.</summary>
    public string Encoding { get; set; } = "hex";

    /// <summary>What is before the signature, such as <c>sha256=</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// For a header of <c>key=value</c> pairs: the key of the signature, such as <c>v1</c>. Not set: the whole header
    /// is the signature.
    /// </summary>
    public string? Field { get; set; }

    /// <summary>
    /// What separates several signatures, or the pairs, in one header: a comma, a semicolon, a space, <c>&amp;</c>,
    /// <c>|</c>, or a comma and a blank. With the last, a field may not have two different values. Not set: a comma
    /// where <see cref="Field"/> or <see cref="TimestampField"/> is set, nothing otherwise.
    /// </summary>
    public string? Separator { get; set; }

    /// <summary>
    /// What is signed, as a template of <c>{body}</c>, <c>{timestamp}</c>, <c>{id}</c>, <c>{method}</c>, <c>{path}</c>
    /// and text.
    /// </summary>
    public string Content { get; set; } = "{body}";

    /// <summary>The header that carries the timestamp.</summary>
    public string? TimestampHeader { get; set; }

    /// <summary>For a header of <c>key=value</c> pairs: the key of the timestamp, such as <c>t</c>.</summary>
    public string? TimestampField { get; set; }

    /// <summary>How the timestamp is written: <c>seconds</c> or <c>milliseconds</c> since 1970.</summary>
    public string TimestampUnit { get; set; } = "seconds";

    /// <summary>
    /// The header that carries the webhook's id. It makes the replay key only where the signed content covers it.
    /// </summary>
    public string? IdHeader { get; set; }

    /// <summary>
    /// Where the webhook's id is in the body, as a JSON pointer. It makes the replay key only where the signed content
    /// covers the body.
    /// </summary>
    public string? IdPointer { get; set; }

    /// <summary>The header that names the event type.</summary>
    public string? EventTypeHeader { get; set; }

    /// <summary>Where the event type is in the body, as a JSON pointer.</summary>
    public string? EventTypePointer { get; set; }
}
