using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>
/// The webhook's row. Its ETag is modelled the other way round: its reader holds a flag that says whether it is still
/// current.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Row
{
    public RowState State;

    /// <summary>
    /// Who has taken it: <see cref="Nobody"/>, a processor's number plus one, or <see cref="Gone"/>, an owner that will
    /// not come back.
    /// </summary>
    public byte Owner;

    public bool LeaseLive;

    /// <summary>Whether there is a lease, live or lapsed, that its owner has not given up.</summary>
    public bool LeaseSet;
    public byte Redrive;
    public byte Attempt;

    /// <summary>The handlers whose end is noted, one bit each.</summary>
    public byte Finished;

    /// <summary>Whether it was taken more than once, or by a redrive: a poison blob may exist.</summary>
    public bool TakenAgain;

    /// <summary>How often it was taken although its lease had not been given up, as far as the limit.</summary>
    public byte Deaths;

    /// <summary>Whether a late message has inserted it: to be given up.</summary>
    public bool Outlived;

    /// <summary>Whether its last change is older than the retention.</summary>
    public bool Old;

    public const byte Nobody = 0;
    public const byte Gone = 3;
}
