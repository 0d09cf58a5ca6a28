using System.Text;

namespace FunctionsIngest.Senders.Keys;

/// <summary>A shared key of an HMAC.</summary>
/// <param name="value">The key's bytes, at least one.</param>
internal sealed class HmacKey(byte[] value) : VerificationKey
{
    /// <summary>The key's bytes.</summary>
    public ReadOnlySpan<byte> Value => value;

    /// <inheritdoc />
    public override int? SharedLength => value.Length;

    /// <summary>Parses a key.</summary>
    /// <param name="secret">The secret's text.</param>
    /// <param name="format">
    /// <see cref="SecretFormat.Utf8"/>, <see cref="SecretFormat.Base64"/> or <see cref="SecretFormat.Hex"/>.
    /// </param>
    /// <param name="minLength">The fewest bytes of a key that is not written as plain text.</param>
    /// <param name="maxLength">The most.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Parse(string secret, SecretFormat format, int minLength, int maxLength, out VerificationKey? key)
    {
        key = null;
        if (string.IsNullOrWhiteSpace(secret))
            return "it is empty";

        // If a public key were taken for a shared one, everyone who knows it could sign.
        if (StandardWebhooksKey.IsOfPair(secret))
            return "it is a key of a pair, and not of an HMAC";

        if (format == SecretFormat.Utf8)
        {
            key = new HmacKey(Encoding.UTF8.GetBytes(secret));
            return null;
        }

        if (SecretBytes.Decode(secret, format, out var bytes) is { } problem)
            return problem;
        if (bytes.Length < minLength || bytes.Length > maxLength)
            return $"it decodes to {bytes.Length} bytes, and {minLength} to {maxLength} are wanted";

        key = new HmacKey(bytes);
        return null;
    }
}
