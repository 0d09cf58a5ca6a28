using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>A processor with one message in hand.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Processor
{
    public ProcessorStep Step;
    public byte Redrive;
    public byte Attempt;
    public byte Delivery;
    public bool FromPoisonQueue;
    public bool ETagCurrent;
    public bool BodyMissing;

    public bool Late;
    public bool Former;

    /// <summary>Whether it gives the event up without a run.</summary>
    public bool GivesUp;

    /// <summary>Whether it keeps its message in poison and leaves the row alone.</summary>
    public bool LeavesRow;

    /// <summary>The handlers that it knows to have finished, one bit each.</summary>
    public byte Done;
}
