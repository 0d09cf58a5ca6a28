using System.Text.Json.Serialization;

namespace FunctionsIngest.Receiving;

/// <summary>The body of a 200.</summary>
/// <param name="Status"><c>accepted</c>, <c>duplicate</c> or <c>ignored</c>.</param>
/// <param name="Id">The event's id; not there if the webhook was ignored.</param>
internal sealed record Acknowledgement(
    string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id);
