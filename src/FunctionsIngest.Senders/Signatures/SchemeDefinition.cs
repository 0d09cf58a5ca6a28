using FunctionsIngest.Senders.Keys;
using FunctionsIngest.Senders.Payloads;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>How a sender signs, as data. A new sender is a new one of these, not a new class.</summary>
internal sealed record SchemeDefinition
{
    /// <summary>The sentence for senders whose documentation promises none.</summary>
    public const string DefaultRefusal = "Invalid signature";

    /// <summary>How far a timestamp may be off where neither the sender nor the source says it.</summary>
    public static readonly TimeSpan DefaultTolerance = TimeSpan.FromMinutes(5);

    /// <summary>The scheme's name in the catalogue.</summary>
    public required string Name { get; init; }

    /// <summary>The header that carries the signature.</summary>
    public required string Header { get; init; }

    /// <summary>
    /// The signatures that count, at most one of them an HMAC. Others in the same header are skipped.
    /// </summary>
    public required IReadOnlyList<SignatureVersion> Versions { get; init; }

    /// <summary>How the signature is written.</summary>
    public SignatureEncoding Encoding { get; init; }

    /// <summary>
    /// What separates several signatures, or signatures and timestamp, in the header; null: the whole header is one
    /// signature.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>
    /// Whether the sender writes a blank behind each comma of the header. A joined header then looks like the sender's
    /// own, so that two different values of one field are refused.
    /// </summary>
    public bool HasBlankBehindComma { get; init; }

    /// <summary>Whether the sender signs before it compresses.</summary>
    public bool SignsBeforeCompression { get; init; }

    /// <summary>How the secrets are written.</summary>
    public SecretFormat SecretFormat { get; init; }

    /// <summary>The fewest bytes of a shared key that is written as base64 or hexadecimal digits.</summary>
    public int MinKeyLength { get; init; } = 1;

    /// <summary>The most bytes of such a key.</summary>
    public int MaxKeyLength { get; init; } = 4096;

    /// <summary>What is signed.</summary>
    public ContentTemplate Content { get; init; } = ContentTemplate.Parse("{body}");

    /// <summary>
    /// The header that carries the timestamp; null where <see cref="TimestampPrefix"/> or nothing does.
    /// </summary>
    public string? TimestampHeader { get; init; }

    /// <summary>What is before the timestamp in the signature's header, such as <c>t=</c>.</summary>
    public string? TimestampPrefix { get; init; }

    /// <summary>What the timestamp counts.</summary>
    public TimestampUnit TimestampUnit { get; init; }

    /// <summary>How far in the past the timestamp may lie, edge included.</summary>
    public TimeSpan PastTolerance { get; init; } = DefaultTolerance;

    /// <summary>How far in the future the timestamp may lie, edge included.</summary>
    public TimeSpan FutureTolerance { get; init; } = DefaultTolerance;

    /// <summary>
    /// The header that carries the webhook's id. It is looked at only where <see cref="Content"/> covers it.
    /// </summary>
    public string? IdHeader { get; init; }

    /// <summary>What takes the place of <c>{path}</c>; null: the request's path.</summary>
    public string? PublicPath { get; init; }

    /// <summary>Where the payload says what it is, and what it must contain.</summary>
    public PayloadRules Payload { get; init; } = new();

    /// <summary>The sentence that a refused caller gets.</summary>
    public string Refusal { get; init; } = DefaultRefusal;

    /// <summary>Whether the timestamp is signed, and so looked at.</summary>
    public bool HasTimestamp => Content.Covers(ContentPartKind.Timestamp);

    /// <summary>Whether the scheme sends a text that both sides know instead of a signature.</summary>
    public bool IsToken => Versions[0].Algorithm == SignatureAlgorithm.Token;
}
