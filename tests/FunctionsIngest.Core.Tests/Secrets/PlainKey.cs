using FunctionsIngest.Signatures;

namespace FunctionsIngest.Core.Tests.Secrets;

/// <summary>A key that shows its text.</summary>
internal sealed class PlainKey(string text) : VerificationKey
{
    public string Text => text;
}
