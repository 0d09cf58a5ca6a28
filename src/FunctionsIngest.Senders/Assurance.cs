namespace FunctionsIngest.Senders;

/// <summary>How much a scheme proves.</summary>
public enum Assurance
{
    /// <summary>The signature covers the body: the sender sent these very bytes.</summary>
    Verified,

    /// <summary>The sender proved who it is, but the body could have been changed on its way.</summary>
    Authenticated,
}
