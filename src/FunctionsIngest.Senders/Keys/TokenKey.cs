using System.Text;

namespace FunctionsIngest.Senders.Keys;

/// <summary>A text that both sides know and the sender sends as it is.</summary>
/// <param name="text">The text, not empty.</param>
internal sealed class TokenKey(string text) : VerificationKey
{
    private readonly byte[] _value = Encoding.UTF8.GetBytes(text);

    /// <summary>The text in UTF-8.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <inheritdoc />
    public override int? SharedLength => _value.Length;

    /// <summary>Parses a token.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, out VerificationKey? key)
    {
        key = null;
        if (string.IsNullOrWhiteSpace(secret))
            return "it is empty";

        // Everyone may know the public one.
        if (StandardWebhooksKey.IsOfPair(secret))
            return "it is a key of a pair, and not a token";
        if (Encoding.UTF8.GetByteCount(secret) > SignatureAlgorithmExtensions.MaxSignatureLength)
            return $"it is longer than {SignatureAlgorithmExtensions.MaxSignatureLength} bytes";

        key = new TokenKey(secret);
        return null;
    }
}
