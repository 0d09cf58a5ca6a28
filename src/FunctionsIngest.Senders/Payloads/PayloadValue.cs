namespace FunctionsIngest.Senders.Payloads;

/// <summary>
/// What is at a pointer: text, or the raw JSON of anything else; neither for null or if it is absent.
/// </summary>
/// <param name="Text">The string's value.</param>
/// <param name="Raw">The JSON of a number, a boolean, an object or an array, as the payload has it.</param>
internal readonly record struct PayloadValue(string? Text, string? Raw);
