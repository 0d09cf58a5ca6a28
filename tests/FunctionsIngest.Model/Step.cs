namespace FunctionsIngest.Model;

/// <summary>One step that can be taken: <paramref name="Who"/> and <paramref name="What"/> tell it.</summary>
/// <param name="Party">
/// Who must take it some day; <see cref="Party.None"/> for what need not happen: faults, requests, redrives, the
/// passing of the retention.
/// </param>
internal readonly record struct Step(State Next, Party Party, string Who, string What);
