namespace FunctionsIngest.Model;

/// <summary>What a redriver does next.</summary>
internal enum RedriverStep : byte
{
    Idle,
    ReadRow,
    Upload,
    Send,
    RemoveBlob,
}
