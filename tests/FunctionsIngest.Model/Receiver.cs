using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>A receiver with one request in hand.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Receiver
{
    public ReceiverStep Step;
    public bool Duplicate;
    public bool ETagCurrent;
    public byte Delivery;
}
