namespace FunctionsIngest.Senders.Signatures;

/// <summary>A webhook that is about to be signed and sent.</summary>
/// <param name="Id">The webhook's id, for schemes that have one.</param>
/// <param name="Timestamp">When it is sent; signed by schemes that have a timestamp.</param>
/// <param name="Path">The path that it is sent to.</param>
/// <param name="Body">The body's bytes.</param>
internal readonly record struct OutgoingWebhook(string Id, DateTimeOffset Timestamp, string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>The HTTP method.</summary>
    public string Method { get; init; } = "POST";
}
