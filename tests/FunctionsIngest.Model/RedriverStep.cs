namespace FunctionsIngest.Model;

/// <summary>What a redriver does next.</summary>
internal enum RedriverStep : byte
{
    Idle,
    ReadBody,
    ReadRow,
    Upload,
    Send,
    RemoveBlob,
    RemoveBody,
}
