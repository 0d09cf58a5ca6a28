using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>A redriver that has read the poison blob.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Redriver
{
    public RedriverStep Step;

    /// <summary>Whether the poison blob is still the one that it read.</summary>
    public bool ETagCurrent;

    /// <summary>The blob's redrive count, and from the reading of the row on that of the message to send.</summary>
    public byte Redrive;
    public byte Delivery;

    /// <summary>Whether the body beside the poison blob is still the one that it read.</summary>
    public bool BodyETagCurrent;
}
