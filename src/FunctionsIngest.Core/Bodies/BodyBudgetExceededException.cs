namespace FunctionsIngest.Bodies;

/// <summary>There is no room for another body now: the caller is asked to come back, a message is put off.</summary>
internal sealed class BodyBudgetExceededException()
    : Exception("The bodies that are being received or processed exceed Webhooks:MaxBytesInMemory or Webhooks:MaxBytesSpooled: raise it, or let more instances share the load.");
