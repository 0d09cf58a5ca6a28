using FunctionsIngest.Archive;

namespace FunctionsIngest.Cli.Events;

/// <summary>Archived events that the user named, one by one or by their time.</summary>
internal static class ArchivedEvents
{
    /// <summary>What to say where no event was processed in the time.</summary>
    public const string None = "No event. --since looks further back; the archive must be on (Webhooks:Archive).";

    /// <summary>Lists the events that were processed since a moment, the newest last.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="source">The source; null: all.</param>
    /// <param name="from">The moment.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public static async Task<IReadOnlyList<(ArchivedName Name, DateTimeOffset ProcessedAt)>> ListSinceAsync(
        this ArchiveReader archive, string? source, DateTimeOffset from, TimeProvider time, CancellationToken cancellationToken)
    {
        var entries = new List<(ArchivedName Name, DateTimeOffset ProcessedAt)>();
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        await foreach (var entry in archive.ListAsync(source, DateOnly.FromDateTime(from.UtcDateTime), today, cancellationToken))
        {
            if (entry.ProcessedAt >= from)
                entries.Add(entry);
        }

        return [.. entries.OrderBy(entry => entry.ProcessedAt)];
    }

    /// <summary>Finds one event by its id, the beginning of its id, or its name in the archive.</summary>
    /// <exception cref="CommandException">There is none, or more than one.</exception>
    public static async Task<ArchivedEvent> RequireAsync(this ArchiveReader archive, string text, string? source, CancellationToken cancellationToken)
    {
        var missing = $"The archive has no event '{text}'{(source is null ? "" : $" of {source}")}: 'ingest events list --since 7d' shows what it has.";
        var name = (await archive.FindAsync(text, source, cancellationToken)).Require(text, "event", missing);
        return await archive.ReadAsync(name, null, cancellationToken) ?? throw new CommandException(missing, ExitCode.No);
    }

    /// <summary>What to say where an event's body is gone.</summary>
    public static string BodyGone(ArchivedEvent archived) => $"The body of '{archived.Name}' is gone from the archive.";
}
