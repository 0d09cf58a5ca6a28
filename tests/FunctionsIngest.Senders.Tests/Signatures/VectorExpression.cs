using FunctionsIngest.Senders.Catalogue;

namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>How a published vector is said in the words of a source's settings.</summary>
/// <param name="Options">The source's settings.</param>
/// <param name="Headers">The headers of a request that carries a signature.</param>
/// <param name="Secret">How the source's secret is written, made of the vector's key.</param>
internal sealed record VectorExpression(SchemeOptions Options, Func<string, (string Name, string Value)[]> Headers, Func<string, string> Secret)
{
    /// <summary>Whether the signature covers the body.</summary>
    public bool CoversBody { get; init; } = true;

    /// <summary>A scheme of the catalogue.</summary>
    public static VectorExpression Known(string scheme, Func<string, (string, string)[]> headers, string secretPrefix = "")
        => new(new SchemeOptions { Scheme = scheme }, headers, secret => secretPrefix + secret);

    /// <summary>A scheme in configuration alone.</summary>
    public static VectorExpression Custom(SignatureOptions signature, Func<string, (string, string)[]>? headers = null, string? secretFormat = null)
        => new(
            new SchemeOptions { Scheme = "custom", Signature = signature, SecretFormat = secretFormat },
            headers ?? (text => [(signature.Header!, signature.Prefix + text)]),
            secret => secret);
}
