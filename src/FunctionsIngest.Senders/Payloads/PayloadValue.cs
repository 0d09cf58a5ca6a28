namespace FunctionsIngest.Senders.Payloads;

/// <summary>What is at a pointer.</summary>
/// <param name="Kind">Its JSON type; <see cref="PayloadValueKind.None"/> for null or if it is absent.</param>
/// <param name="Value">The string's value, or the JSON of anything else as the payload has it.</param>
internal readonly record struct PayloadValue(PayloadValueKind Kind, string? Value)
{
    /// <summary>The text of a string; null for anything else.</summary>
    public string? Text => Kind == PayloadValueKind.Text ? Value : null;

    /// <summary>Whether it can identify something: a number, or a string that is not empty.</summary>
    public bool IsId => Kind == PayloadValueKind.Number || (Kind == PayloadValueKind.Text && Value!.Length > 0);
}
