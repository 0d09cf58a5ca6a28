using FunctionsIngest.Archive;

namespace FunctionsIngest.Cli.Events;

/// <summary>Archived events that the user named.</summary>
internal static class ArchivedEvents
{
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
