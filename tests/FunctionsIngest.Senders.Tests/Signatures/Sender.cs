namespace FunctionsIngest.Senders.Tests.Signatures;

/// <summary>
/// A sender, written in the tests from its documents alone: it signs without any code of the product.
/// </summary>
/// <param name="Scheme">The scheme's name in the catalogue.</param>
/// <param name="Secret">The secret that the source is configured with.</param>
/// <param name="OtherSecret">One that it is not.</param>
/// <param name="SignatureHeader">The header with the signature.</param>
/// <param name="Sign">Makes the headers of a webhook: its body, its time, the sender's secret.</param>
internal sealed record Sender(
    string Scheme, string Secret, string OtherSecret, string SignatureHeader, Func<byte[], DateTimeOffset, string, (string Name, string Value)[]> Sign)
{
    /// <summary>
    /// What the source is configured with where that differs from what the sender signs with, as for key pairs.
    /// </summary>
    public Func<string, string> Configured { get; init; } = secret => secret;

    /// <summary>How far the time may lie in the past and in the future; null: there is none.</summary>
    public (TimeSpan Past, TimeSpan Future)? Tolerance { get; init; }

    /// <summary>The resolution of the time.</summary>
    public TimeSpan Resolution { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a comma means something in the signature's header, so that joined repeats cannot be told from a list.
    /// </summary>
    public bool HeaderHasCommas { get; init; }

    /// <summary>Whether the scheme looks at the signature's form before it looks at the clock.</summary>
    public bool FormFirst { get; init; }

    /// <summary>Whether a changed body is told from a wrong signature.</summary>
    public bool TellsBodyApart { get; init; }

    public override string ToString() => Scheme;
}
