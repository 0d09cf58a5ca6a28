namespace FunctionsIngest.Model;

/// <summary>Who can see a message.</summary>
internal enum Visibility : byte
{
    /// <summary>There is no message.</summary>
    None,

    Visible,

    /// <summary>Invisible for a time that ends by itself.</summary>
    Delayed,

    HeldByFirst,
    HeldBySecond,

    /// <summary>
    /// Visible again while the first processor still works on it; its delete still counts until somebody else takes the
    /// message.
    /// </summary>
    LooseFromFirst,
    LooseFromSecond,
}
