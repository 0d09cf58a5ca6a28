namespace FunctionsIngest.Senders.Keys;

/// <summary>A public key, or the pair of it. Safe to use from several threads.</summary>
internal abstract class AsymmetricKey : VerificationKey
{
    /// <summary>What the key is for; it is tried with no other algorithm.</summary>
    public abstract SignatureAlgorithm Algorithm { get; }

    /// <inheritdoc />
    public abstract override bool CanSign { get; }

    /// <summary>Whether the private half made this signature of the data. Throws on no input.</summary>
    public abstract bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <summary>Signs.</summary>
    /// <exception cref="InvalidOperationException">The private half is not here.</exception>
    public abstract byte[] Sign(ReadOnlySpan<byte> data);

    /// <summary>What <see cref="Sign"/> throws for a public key.</summary>
    protected static InvalidOperationException CannotSign()
        => new("The key is public: it can verify but not sign. Sign with the private key.");
}
