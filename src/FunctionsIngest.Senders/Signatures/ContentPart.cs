namespace FunctionsIngest.Senders.Signatures;

/// <summary>One part of what is signed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Literal">The bytes of a literal part; empty for all others.</param>
internal readonly record struct ContentPart(ContentPartKind Kind, byte[] Literal);
