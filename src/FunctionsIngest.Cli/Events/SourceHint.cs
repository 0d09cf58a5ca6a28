using FunctionsIngest.Senders.Catalogue;

namespace FunctionsIngest.Cli.Events;

/// <summary>
/// A source that the user has mistyped has no events, which looks like a source to which nothing came.
/// </summary>
internal static class SourceHint
{
    /// <summary>Says which source was meant, where the one that was named is not known and another is near.</summary>
    public static async Task WriteAsync(Terminal terminal, AppStorage storage, string? source, CancellationToken cancellationToken)
    {
        if (source is null)
            return;

        var known = await storage.Archive.ListSourcesAsync(cancellationToken);
        if (!known.Contains(source) && NearestName.Question(source, known) is { Length: > 0 } question)
            await terminal.Error.WriteLineAsync($"No event is from a source '{ShownText.Line(source)}'.{ShownText.Line(question)}");
    }
}
