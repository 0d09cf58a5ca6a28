using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Senders.Signatures;

/// <summary>One kind of signature that a scheme knows.</summary>
/// <param name="Prefix">
/// What is before the signature and tells it from others: <c>v1,</c>, <c>sha256=</c>; or nothing.
/// </param>
/// <param name="Algorithm">How it is computed.</param>
internal sealed record SignatureVersion(string Prefix, SignatureAlgorithm Algorithm);
