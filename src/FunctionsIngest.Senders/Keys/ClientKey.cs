using System.Text;

namespace FunctionsIngest.Senders.Keys;

/// <summary>The client key that a sender is expected to name beside its signature.</summary>
/// <param name="text">The expected value; compared as UTF-8.</param>
internal sealed class ClientKey(string text) : VerificationKey
{
    private readonly byte[] _value = Encoding.UTF8.GetBytes(text);

    /// <summary>The expected value in UTF-8.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>Reads one: a line, as the sender shows it.</summary>
    /// <param name="secret">The secret's text; whitespace around it does not count.</param>
    /// <param name="key">The key, or null.</param>
    /// <returns>Null, or what is wrong, without a character of the secret.</returns>
    public static string? Read(string secret, out VerificationKey? key)
    {
        key = null;
        if (SecretText.Read(secret, out var texts) is { } problem)
            return problem;
        if (StandardWebhooksKey.IsOfPair(texts[0]))
            return "it is a key of a pair, and not a client key";

        key = new ClientKey(texts[0]);
        return null;
    }
}
