namespace FunctionsIngest.Model;

/// <summary>What a receiver (the HTTP side) does next.</summary>
internal enum ReceiverStep : byte
{
    Idle,
    Insert,
    ReadRow,
    Upload,
    Send,
    Mark,
    Answer,
}
