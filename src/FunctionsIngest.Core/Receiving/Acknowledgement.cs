namespace FunctionsIngest.Receiving;

/// <summary>The body of a 200.</summary>
/// <param name="Status"><c>accepted</c> or <c>duplicate</c>.</param>
/// <param name="Id">The event's id.</param>
internal sealed record Acknowledgement(string Status, string Id);
