using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>The sweep, as it looks at one row and the payload blobs under its key, or at the body in poison.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Sweep
{
    public SweepStep Step;
    public bool ETagCurrent;

    /// <summary>Whether every queue that it has counted so far was empty.</summary>
    public bool Empty;

    /// <summary>Whether the body in poison is still the one that it has listed.</summary>
    public bool BodyETagCurrent;
}
