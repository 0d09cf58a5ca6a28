namespace FunctionsIngest.Tests.Infrastructure;

/// <summary>One request to storage, as it went over the wire: a client's retry is a call of its own.</summary>
/// <param name="Service">The service that was called.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path after the account, still percent-encoded: <c>/webhook-events/messages</c>.</param>
/// <param name="Query">The query with its question mark, or the empty string.</param>
/// <param name="Body">The body that was sent.</param>
internal sealed record StorageCall(StorageService Service, string Method, string Path, string Query, BinaryData Body)
{
    /// <summary>The status that the client was sent; null while there is none, or if the connection was cut instead.</summary>
    public int? Status { get; set; }

    /// <inheritdoc />
    public override string ToString() => $"{Service} {Method} {Path}{Query} -> {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}";
}
