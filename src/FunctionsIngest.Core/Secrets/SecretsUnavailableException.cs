namespace FunctionsIngest.Secrets;

/// <summary>No usable key can be had at the moment: the caller is told to come back, never let in.</summary>
/// <param name="message">What is missing, by name and never by value.</param>
/// <param name="innerException">What the store of secrets said.</param>
internal sealed class SecretsUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
