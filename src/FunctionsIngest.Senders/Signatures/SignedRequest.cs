using Microsoft.AspNetCore.Http;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>What a scheme looks at: the request as it came, with nothing parsed and nothing rewritten.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">
/// The request's path, from <see cref="HttpRequest.Path"/> alone: never from Host, PathBase or a forwarded header.
/// </param>
/// <param name="Headers">All headers; a header sent twice has two values.</param>
/// <param name="Body">The body's bytes, in the form that is to be verified.</param>
internal readonly record struct SignedRequest(string Method, string Path, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// Whether the body's content coding has been undone, because the sender signs before it compresses.
    /// </summary>
    public bool IsDecoded { get; init; }
}
