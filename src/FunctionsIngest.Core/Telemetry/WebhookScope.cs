using System.Collections;

namespace FunctionsIngest.Telemetry;

/// <summary>
/// The log scope of everything about one webhook. Exporters take its pairs, <c>source</c> and <c>webhookId</c>. Loggers
/// that print scopes print <see cref="ToString"/>.
/// </summary>
/// <param name="source">The source's name.</param>
/// <param name="eventId">The event's id.</param>
internal sealed class WebhookScope(string source, string eventId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const int HashLength = 64;
    private const int ShortLength = 12;

    /// <inheritdoc />
    public int Count => 2;

    /// <summary>
    /// The webhook in few letters: its source, and its id with 12 of the 64 digits that it begins with, such as
    /// <c>begini 3fa2c1d0b7e4</c>. So <c>ingest</c> lists ids, and takes them.
    /// </summary>
    public string ShortName => $"{source} {(eventId.Length < HashLength ? eventId : eventId.Remove(ShortLength, HashLength - ShortLength))}";

    /// <inheritdoc />
    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("source", source),
        1 => new("webhookId", eventId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
        yield return this[1];
    }

    /// <inheritdoc />
    public override string ToString() => $"source={source} webhookId={eventId}";

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
