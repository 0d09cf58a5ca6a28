namespace FunctionsIngest.Testing;

/// <summary>One request to storage, as it went over the wire: a client's retry is a call of its own.</summary>
/// <param name="Service">The service that was called.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path after the account, still percent-encoded: <c>/webhook-events/messages</c>.</param>
/// <param name="Query">The query with its question mark, or the empty string.</param>
/// <param name="Body">The body that was sent.</param>
internal sealed record StorageCall(StorageService Service, string Method, string Path, string Query, BinaryData Body)
{
    /// <summary>When it came, by the machine's monotonic clock.</summary>
    public long ReceivedAt { get; } = TimeProvider.System.GetTimestamp();

    /// <summary>
    /// The status that the client was sent; null while there is none, or if the connection was cut instead.
    /// </summary>
    public int? Status { get; set; }

    /// <summary>
    /// The status that storage answered, whether the client was sent it or not; null if the call did not reach storage.
    /// </summary>
    public int? StorageStatus { get; set; }

    /// <summary>What went wrong with the call on purpose; null: nothing.</summary>
    public StorageFault? Fault { get; set; }

    /// <summary>
    /// Whether the connection had ended before the call did: the client gave up or died, or was cut off.
    /// </summary>
    public bool CallerLeft { get; set; }

    /// <inheritdoc />
    public override string ToString() => $"{Service} {Method} {Path}{Query} -> {Status?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no answer"}";
}
