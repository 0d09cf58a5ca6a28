namespace FunctionsIngest.Senders;

/// <summary>How much a scheme proves.</summary>
public enum Assurance
{
    /// <summary>The signature covers the body: the sender sent these very bytes.</summary>
    Verified,

    /// <summary>The sender proved its identity, but the body may differ from what it sent.</summary>
    Authenticated,
}
