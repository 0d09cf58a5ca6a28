namespace FunctionsIngest.Local;

/// <summary>
/// The local host cannot start, and its user can mend the reason. Shown as it is, without a stack trace.
/// </summary>
/// <param name="message">What is wrong, and what to do about it.</param>
internal sealed class StartUpException(string message) : Exception(message);
