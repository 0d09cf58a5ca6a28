namespace FunctionsIngest.Tests.Crashes;

/// <summary>What a second instance does while the first one dies.</summary>
public enum Rival
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// The same: the sender sends to both, or the message is delivered to both because its invisibility has ended
    /// early.
    /// </summary>
    Same,

    /// <summary>The same for another delivery of the same webhook.</summary>
    OtherDelivery,
}
