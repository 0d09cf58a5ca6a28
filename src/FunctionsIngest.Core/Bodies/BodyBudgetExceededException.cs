namespace FunctionsIngest.Bodies;

/// <summary>There is no room for another body now: the caller is asked to come back.</summary>
internal sealed class BodyBudgetExceededException()
    : Exception("The bodies that are being received exceed Webhooks:MaxBytesInMemory or Webhooks:MaxBytesSpooled: raise it, or let more instances share the load.");
