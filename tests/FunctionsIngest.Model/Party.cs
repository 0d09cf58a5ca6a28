namespace FunctionsIngest.Model;

/// <summary>Whose step it is, as far as fairness goes: who can move for ever will move some day. A bit each.</summary>
[Flags]
internal enum Party : byte
{
    None = 0,
    Receivers = 1,

    /// <summary>The processor that the row names.</summary>
    Holder = 2,

    /// <summary>The processors that the row does not name.</summary>
    OtherProcessors = 4,
    Redrivers = 8,
    Sweep = 16,

    /// <summary>The clock that ends the lease of an owner that is gone.</summary>
    LeaseClock = 32,

    /// <summary>The clock that makes delayed messages visible.</summary>
    MessageClock = 64,
}
