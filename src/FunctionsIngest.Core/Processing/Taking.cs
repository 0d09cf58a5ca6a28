namespace FunctionsIngest.Processing;

/// <summary>What came of bringing a message before its row.</summary>
/// <param name="Decision">What the table said last.</param>
/// <param name="Row">The row, if it was taken.</param>
internal readonly record struct Taking(Decision Decision, HeldRow? Row);
