using System.CommandLine;
using FunctionsIngest.Archive;
using FunctionsIngest.Cli.Events;
using FunctionsIngest.Replaying;

namespace FunctionsIngest.Cli.Replaying;

/// <summary><c>ingest replay</c>.</summary>
internal static class ReplayCommand
{
    public static Command Create(Terminal terminal)
    {
        var ids = new Argument<string[]>("event") { Description = "Ids of archived events, at least six characters of each.", Arity = ArgumentArity.ZeroOrMore };
        var since = CommonOptions.Moment("--since", "All events that were processed since then, replays left out.", terminal);
        var source = CommonOptions.Source();
        var type = new Option<string?>("--type") { Description = "With --since: only events of this type.", HelpName = "text" };
        var yes = CommonOptions.Yes();
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand(
            "replay",
            "Puts archived events through the handlers again, as new events <id>~<n>.",
            "ingest replay 3f2a9c",
            "ingest replay 3f2a9c --yes",
            "ingest replay --since 2h --source begini --type application.complete --yes")
        {
            ids, since, source, type, yes, json, storage,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(ids) is not { Length: > 0 } == (result.GetValue(since) is null))
                throw new CommandException("Name events, or give --since: one of the two.");

            var opened = storage.Open(terminal, result);
            var events = result.GetValue(since) is { } from
                ? await ProcessedSinceAsync(opened.Archive, result.GetValue(source), result.GetValue(type), from, terminal.Time, cancellationToken)
                : await NamedAsync(opened.Archive, result.GetValue(ids)!, result.GetValue(source), cancellationToken);
            if (events.Count == 0)
            {
                await terminal.Error.WriteLineAsync(ArchivedEvents.None);
                await SourceHint.WriteAsync(terminal, opened, result.GetValue(source), cancellationToken);
                return ExitCode.No;
            }

            // The app knows its handlers, and this command does not. What a handler did with the original, it may do
            // again.
            var what = events is [var only] ? $"{ShownText.Line(only.Name.Source)}/{ShownText.Line(only.Name.ShortId)} ({ShownText.Line(only.Event.Type)})" : $"{events.Count} events";
            if (!Confirmation.Ask(terminal, $"Replay {what}? All handlers run again, those that had finished too. Those that do not use OriginalId do their work twice.", result.GetValue(yes)))
                return ExitCode.No;

            foreach (var original in events)
            {
                var replay = await opened.Replayer.ReplayAsync(original, cancellationToken);
                if (replay.Id is null)
                    throw Refusal(original, replay.Outcome);

                var isResumed = replay.Outcome == ReplayOutcome.Resumed;
                await terminal.Output.WriteLineAsync(result.GetValue(json)
                    ? Json.Write(new { id = replay.Id, replayOf = original.Event.Id, source = original.Name.Source, type = original.Event.Type, resumed = isResumed }, Json.Line)
                    : $"{ShownText.Line(original.Name.Source)}/{ShownText.Line(replay.Id)}: {(isResumed ? "begun by an earlier command that did not end; on the queue now" : "on the queue")}");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static CommandException Refusal(ArchivedEvent original, ReplayOutcome outcome) => outcome == ReplayOutcome.IsReplay
        ? new CommandException($"'{original.Event.Id}' is itself a replay: replay '{original.ReplayOf}' instead.")
        : new CommandException(ArchivedEvents.BodyGone(original), ExitCode.No);

    private static async Task<IReadOnlyList<ArchivedEvent>> ProcessedSinceAsync(
        ArchiveReader archive, string? source, string? type, DateTimeOffset from, TimeProvider time, CancellationToken cancellationToken)
    {
        var entries = await archive.ListSinceAsync(source, from, time, cancellationToken);
        return await archive.ReadAsync(entries.Where(entry => !entry.Name.IsReplay), type, cancellationToken);
    }

    private static async Task<IReadOnlyList<ArchivedEvent>> NamedAsync(ArchiveReader archive, string[] ids, string? source, CancellationToken cancellationToken)
    {
        var events = new List<ArchivedEvent>();
        foreach (var id in ids)
            events.Add(await archive.RequireAsync(id, source, cancellationToken));
        return events;
    }
}
