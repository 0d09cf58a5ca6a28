namespace FunctionsIngest.Archive;

/// <summary>What is new in the archive since the last look.</summary>
/// <param name="archive">The archive.</param>
/// <param name="source">The source; null: all.</param>
/// <param name="since">From when on events count; null: those that are there at the first look do not.</param>
/// <param name="time">The clock.</param>
internal sealed class ArchiveTail(ArchiveReader archive, string? source, DateTimeOffset? since, TimeProvider time)
{
    private HashSet<ArchivedName>? _seen;

    /// <summary>Looks.</summary>
    /// <returns>The new events, the newest last.</returns>
    public async Task<IReadOnlyList<ArchivedEvent>> ReadNewAsync(string? type, CancellationToken cancellationToken)
    {
        // An event is archived under the day on which it was received, and around midnight, or after a retry, that was
        // the day before.
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var first = _seen is null && since is { } from ? DateOnly.FromDateTime(from.UtcDateTime) : today.AddDays(-1);
        var seen = new HashSet<ArchivedName>();
        var fresh = new List<(ArchivedName Name, DateTimeOffset ProcessedAt)>();
        await foreach (var entry in archive.ListAsync(source, first, today, cancellationToken))
        {
            seen.Add(entry.Name);
            if (_seen is null ? entry.ProcessedAt >= since : !_seen.Contains(entry.Name))
                fresh.Add(entry);
        }

        _seen = seen;
        return await archive.ReadAsync(fresh.OrderBy(entry => entry.ProcessedAt), type, cancellationToken);
    }
}
