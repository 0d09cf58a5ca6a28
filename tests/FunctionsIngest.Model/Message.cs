namespace FunctionsIngest.Model;

/// <summary>
/// A message on the queue or on the poison queue, in 16 bits; all zero means that there is no message.
/// </summary>
internal readonly record struct Message(ushort Bits)
{
    public Message(Visibility visibility, int redrive, int attempt, int delivery, bool onPoisonQueue, bool late = false, bool former = false, int dequeued = 0)
        : this((ushort)((int)visibility | (redrive << 3) | (attempt << 5) | (delivery << 7) | (dequeued << 10) | (onPoisonQueue ? 1 << 13 : 0) | (late ? 1 << 14 : 0) | (former ? 1 << 15 : 0)))
    {
    }

    public bool Exists => Bits != 0;

    public Visibility Visibility => (Visibility)(Bits & 7);

    public int Redrive => (Bits >> 3) & 3;

    public int Attempt => (Bits >> 5) & 3;

    public int Delivery => (Bits >> 7) & 7;

    /// <summary>How often the host has taken it from the queue; not counted on the poison queue.</summary>
    public int Dequeued => (Bits >> 10) & 7;

    public bool OnPoisonQueue => (Bits & (1 << 13)) != 0;

    /// <summary>Whether its delivery was sent a retention ago.</summary>
    public bool Late => (Bits & (1 << 14)) != 0;

    /// <summary>Whether it is late, and was sent long before the row was inserted.</summary>
    public bool Former => (Bits & (1 << 15)) != 0;

    public Message AsLate() => Exists ? new((ushort)(Bits | (1 << 14))) : this;

    public Message AsFormerIfLate() => Late ? new((ushort)(Bits | (1 << 15))) : this;

    public Message With(Visibility visibility) => new((ushort)((Bits & ~7) | (int)visibility));

    public Message DequeuedBy(int processor) =>
        new(Visibility.HeldByFirst + (byte)processor, Redrive, Attempt, Delivery, OnPoisonQueue, Late, Former, OnPoisonQueue ? 0 : Dequeued + 1);
}
