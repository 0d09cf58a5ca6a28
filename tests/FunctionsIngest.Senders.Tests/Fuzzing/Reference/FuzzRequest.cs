using FunctionsIngest.Senders.Signatures;
using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Tests.Fuzzing.Reference;

/// <summary>One input: a request, when it arrives, and what the source is configured with.</summary>
internal sealed record FuzzRequest
{
    public string Method { get; set; } = "POST";

    public string Path { get; set; } = "/webhooks/tested";

    /// <summary>The lines of the header, in their order.</summary>
    public List<(string Name, string Value)> Lines { get; init; } = [];

    public byte[] Body { get; set; } = [];

    public DateTimeOffset Now { get; set; }

    /// <summary>The keys of the source, as places in the mechanism's list.</summary>
    public IReadOnlyList<int> Keys { get; set; } = [0];

    /// <summary>The source's own ReplayKey.</summary>
    public IReadOnlyList<string> Pointers { get; set; } = [];

    /// <summary>The source's own event types.</summary>
    public IReadOnlyList<string> ListedTypes { get; set; } = [];

    /// <summary>The lines of one header. Its name may be in any case.</summary>
    public string[] Of(string name) => [.. Lines.Where(line => line.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(line => line.Value)];

    public FuzzRequest Copy() => this with { Lines = [.. Lines] };

    public SignedRequest ToProduct()
    {
        var headers = new HeaderDictionary();
        foreach (var name in Lines.Select(line => line.Name).Distinct(StringComparer.OrdinalIgnoreCase))
            headers[name] = Of(name);
        return new SignedRequest(Method, Path, headers, Body);
    }

    public override string ToString()
        => $"{Method} {Path} at {Now:O} with keys [{string.Join(' ', Keys)}] and pointers [{string.Join(' ', Pointers)}]\n"
            + string.Concat(Lines.Select(line => $"{line.Name}: {(line.Value.Length > 2000 ? line.Value[..2000] + "…" : line.Value)}|\n"))
            + Convert.ToHexString(Body.AsSpan(0, Math.Min(Body.Length, 2000))) + "\n" + System.Text.Encoding.Latin1.GetString(Body);
}
