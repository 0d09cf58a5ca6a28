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

    /// <summary>
    /// The write to the row that failed last; giving up the lease writes it after all, because it is still in memory.
    /// </summary>
    public ProcessorStep Unwritten;

    /// <summary>The handlers that it knows to have finished, one bit each.</summary>
    public byte Done;
}
