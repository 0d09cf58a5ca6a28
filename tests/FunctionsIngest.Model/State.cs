using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FunctionsIngest.Model;

/// <summary>
/// Everything that there is of one webhook, in bytes without padding, so that states compare and hash as bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 104)]
internal struct State
{
    public Row Row;
    public Messages Messages;
    public Pair<Receiver> Receivers;
    public Pair<Processor> Processors;
    public Pair<Redriver> Redrivers;
    public Sweep Sweep;

    public bool PoisonBlob;
    public byte PoisonBlobRedrive;

    /// <summary>
    /// The body beside the poison blob, where it is large; and whether it was written more than a day ago.
    /// </summary>
    public bool PoisonBody;
    public bool OldPoisonBody;

    /// <summary>The payload blobs, one bit per delivery, and which of them are older than the retention.</summary>
    public byte Payloads;
    public byte OldPayloads;
    public byte Deliveries;

    public Budget Budget;

    /// <summary>The onlooker's memory: whether a sender got a 2xx; whether the row said Processed, or either end;
    /// which handlers have completed; how often each may still complete; what went wrong.</summary>
    public bool Accepted;
    public bool EverEnded;
    public bool EverProcessed;
    public byte Completed;
    public Pair<byte> MayComplete;
    public Flaw Flaw;

    /// <summary>More of it: how many holders of the row have died since it was inserted or redriven, as far as the
    /// limit; and whether the end that the row says has not been counted.</summary>
    public byte Died;
    public bool Uncounted;

    /// <summary>Forgets every ETag of the row, since it has changed.</summary>
    public void RowChanged()
    {
        Row.Old = false;
        Sweep.ETagCurrent = false;
        for (var i = 0; i < 2; i++)
        {
            Receivers[i].ETagCurrent = false;
            Processors[i].ETagCurrent = false;
        }
    }

    public void PoisonBlobChanged(bool exists, byte redrive)
    {
        PoisonBlob = exists;
        PoisonBlobRedrive = redrive;
        for (var i = 0; i < 2; i++)
            Redrivers[i].ETagCurrent = false;
    }

    public void PoisonBodyChanged(bool exists)
    {
        PoisonBody = exists;
        OldPoisonBody = false;
        Sweep.BodyETagCurrent = false;
        for (var i = 0; i < 2; i++)
            Redrivers[i].BodyETagCurrent = false;
    }

    /// <summary>Allows handlers to complete once more, one bit each.</summary>
    public void Excuse(int handlers)
    {
        for (var i = 0; i < 2; i++)
        {
            if ((handlers & (1 << i)) != 0 && MayComplete[i] < 3)
                MayComplete[i]++;
        }
    }

    /// <summary>
    /// The same state with its messages sorted and its twins in order: one of each set of states that differ in names
    /// alone.
    /// </summary>
    public readonly State Canonical()
    {
        var state = this;
        if (Follows(ref state.Receivers))
            (state.Receivers[0], state.Receivers[1]) = (state.Receivers[1], state.Receivers[0]);
        if (Follows(ref state.Redrivers))
            (state.Redrivers[0], state.Redrivers[1]) = (state.Redrivers[1], state.Redrivers[0]);
        if (Follows(ref state.Processors))
        {
            (state.Processors[0], state.Processors[1]) = (state.Processors[1], state.Processors[0]);
            if (state.Row.Owner is 1 or 2)
                state.Row.Owner = (byte)(3 - state.Row.Owner);
            for (var i = 0; i < Messages.Capacity; i++)
                state.Messages[i] = state.Messages[i].With(OfTheOther(state.Messages[i].Visibility));
        }

        state.Messages.Sort();
        return state;
    }

    private static Visibility OfTheOther(Visibility visibility) => visibility switch
    {
        Visibility.HeldByFirst => Visibility.HeldBySecond,
        Visibility.HeldBySecond => Visibility.HeldByFirst,
        Visibility.LooseFromFirst => Visibility.LooseFromSecond,
        Visibility.LooseFromSecond => Visibility.LooseFromFirst,
        _ => visibility,
    };

    private static bool Follows<T>(ref Pair<T> pair)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Pair<T>, T>(ref pair), 2));
        return bytes[..(bytes.Length / 2)].SequenceCompareTo(bytes[(bytes.Length / 2)..]) < 0;
    }
}
