using System.Text;

namespace FunctionsIngest.Senders.Keys;

/// <summary>The client key that a sender is expected to name beside its signature.</summary>
/// <param name="text">The expected value; compared as UTF-8.</param>
internal sealed class ClientKey(string text) : VerificationKey
{
    private readonly byte[] _value = Encoding.UTF8.GetBytes(text);

    /// <summary>The expected value in UTF-8.</summary>
    public ReadOnlySpan<byte> Value => _value;
}
