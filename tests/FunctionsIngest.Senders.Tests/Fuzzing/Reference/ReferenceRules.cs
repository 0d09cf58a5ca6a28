using System.Text;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>How a sender signs, taken from its document.</summary>
internal sealed record ReferenceRules
{
    /// <summary>The header with the signature.</summary>
    public required string SignatureHeader { get; init; }

    /// <summary>What is before the signatures that count.</summary>
    public IReadOnlyList<string> Prefixes { get; init; } = [""];

    /// <summary>Whether the signatures are base64; otherwise they are hexadecimal digits.</summary>
    public bool IsBase64 { get; init; }

    /// <summary>Whether the header is the secret itself.</summary>
    public bool IsToken { get; init; }

    /// <summary>What separates the items of the header: empty, a blank, a comma, or a comma and a blank.</summary>
    public string Separator { get; init; } = "";

    /// <summary>The header with the time.</summary>
    public string? TimeHeader { get; init; }

    /// <summary>What is before the time in the header with the signature.</summary>
    public string? TimePrefix { get; init; }

    /// <summary>What the time counts.</summary>
    public TimeSpan TimeUnit { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Past { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Future { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The header with the id, where it is signed.</summary>
    public string? IdHeader { get; init; }

    /// <summary>What is signed before the body: of a request, an id and a time as they were sent.</summary>
    public Func<FuzzRequest, string, string, string> Before { get; init; } = (_, _, _) => "";

    /// <summary>Whether the method and the path are signed.</summary>
    public bool SignsAddress { get; init; }

    /// <summary>The header with the type.</summary>
    public string? TypeHeader { get; init; }

    /// <summary>
    /// Some types of <see cref="TypeHeader"/> that the sender documents. The inputs use these and invented ones.
    /// </summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Where the type is in the body.</summary>
    public string? TypePointer { get; init; }

    /// <summary>Where the id is in the body; the first one that is there counts.</summary>
    public IReadOnlyList<string> IdPointers { get; init; } = [];

    /// <summary>
    /// Whether the body must be a JSON object with a type and an id. All ids that are there must be text or null.
    /// </summary>
    public bool DemandsPayload { get; init; }

    /// <summary>The bytes that are signed.</summary>
    public byte[] Content(FuzzRequest request, string id, string time) => [.. Encoding.UTF8.GetBytes(Before(request, id, time)), .. request.Body];
}
