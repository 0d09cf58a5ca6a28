using FunctionsIngest.Senders.Keys;

namespace FunctionsIngest.Testing;

/// <summary>A key that shows its text.</summary>
internal sealed class PlainKey(string text) : VerificationKey
{
    public string Text => text;
}
