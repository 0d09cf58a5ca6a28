using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>How often what need not happen may still happen. Everything else happens as often as it can.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal struct Budget
{
    /// <summary>Requests of the sender: first ones, retries, and resends after a 2xx alike.</summary>
    public byte Requests;

    /// <summary>Deaths of a receiver, a processor, a redriver or the sweep.</summary>
    public byte Crashes;

    /// <summary>Storage calls that fail, applied or not.</summary>
    public byte StorageFailures;

    /// <summary>Messages that become visible while they are still being worked on.</summary>
    public byte EarlyRedeliveries;

    /// <summary>Leases that lapse while their holder still runs.</summary>
    public byte Stalls;

    /// <summary>Runs of a redriver.</summary>
    public byte Redrives;

    /// <summary>Passings of the retention.</summary>
    public byte Retentions;

    /// <summary>Passes of the sweep that have nothing to remove when they begin.</summary>
    public byte IdleSweeps;
}
