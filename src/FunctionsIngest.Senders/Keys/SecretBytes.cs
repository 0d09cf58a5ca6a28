namespace FunctionsIngest.Senders.Keys;

/// <summary>Decodes secrets that are written as base64 or hexadecimal digits.</summary>
internal static class SecretBytes
{
    /// <summary>
    /// Decodes a secret: hexadecimal digits of either case, or base64 without whitespace, whose padding may be missing.
    /// </summary>
    /// <param name="secret">The text.</param>
    /// <param name="format"><see cref="SecretFormat.Base64"/> or <see cref="SecretFormat.Hex"/>.</param>
    /// <param name="bytes">The bytes; empty if the text is wrong.</param>
    /// <returns>Null, or what is wrong, without a character of the text.</returns>
    public static string? Decode(ReadOnlySpan<char> secret, SecretFormat format, out byte[] bytes)
    {
        var buffer = new byte[secret.Length];
        int written;
        if (format == SecretFormat.Hex)
        {
            if (!BinaryText.TryDecodeHex(secret, buffer, out written))
                written = -1;
        }
        else
        {
            // Unused bits may be set: the libraries of Standard Webhooks accept such secrets.
            var padded = secret.ToString().PadRight((secret.Length + 3) / 4 * 4, '=');
            if (!Convert.TryFromBase64String(padded, buffer, out written) || padded.Length != (written + 2) / 3 * 4)
                written = -1;
        }

        bytes = written < 0 ? [] : buffer[..written];
        return written < 0
            ? $"it is not {(format == SecretFormat.Hex ? "an even number of hexadecimal digits" : "base64")}"
            : written == 0 ? "it is empty" : null;
    }
}
