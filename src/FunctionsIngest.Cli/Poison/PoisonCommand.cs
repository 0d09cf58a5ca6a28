using System.CommandLine;
using System.Globalization;
using Azure;
using FunctionsIngest.Cli.Events;
using FunctionsIngest.Outbound;
using FunctionsIngest.Poison;
using Spectre.Console;

namespace FunctionsIngest.Cli.Poison;

/// <summary><c>ingest poison</c>: what was given up, why, and what to do with it.</summary>
internal static class PoisonCommand
{
    private const string EventDescription = "The event's id, at least six characters of it, or its name, <source>/<id>.";

    public static Command Create(Terminal terminal)
        => new IngestCommand(
            "poison",
            "Shows what was given up, puts it on the queue again, or removes it.",
            "ingest poison list",
            "ingest poison redrive 3f2a9c",
            "ingest poison redrive --all --source begini --yes",
            "ingest poison purge --all --older-than 30d")
        {
            CreateList(terminal), CreateShow(terminal), CreateRedrive(terminal), CreatePurge(terminal),
        };

    private static IngestCommand CreateList(Terminal terminal)
    {
        var (source, olderThan) = (CommonOptions.Source(), OlderThan());
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand("list", "Lists what was given up, with its reason.", "ingest poison list", "ingest poison list --source begini --json") { source, olderThan, json, storage };
        command.SetAction(async (result, cancellationToken) =>
        {
            var opened = storage.Open(terminal, result);
            var count = 0;
            await foreach (var poisoned in Selection(terminal, result, source, olderThan).ReadAsync(opened.Poison, cancellationToken))
            {
                count++;
                if (result.GetValue(json))
                    await terminal.Output.WriteLineAsync(Json.Write(poisoned.Describe(), Json.Line));
                else
                    WriteLine(terminal, poisoned);
            }

            if (count == 0)
            {
                await terminal.Error.WriteLineAsync("Nothing has been given up.");
                await SourceHint.WriteAsync(terminal, opened, result.GetValue(source), cancellationToken);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static IngestCommand CreateShow(Terminal terminal)
    {
        var name = new Argument<string>("event") { Description = EventDescription };
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand("show", "Shows one of them with its body.", "ingest poison show 3f2a9c") { name, json, storage };
        command.SetAction(async (result, cancellationToken) =>
        {
            var opened = storage.Open(terminal, result);
            var found = await FindAsync(opened, result.GetRequiredValue(name), cancellationToken);
            var poisoned = await opened.Poison.FindAsync(found, cancellationToken) ?? throw new CommandException($"'{found}' has just gone.", ExitCode.No);
            var body = await opened.Poison.ReadBodyAsync(poisoned, cancellationToken);
            if (result.GetValue(json))
            {
                await terminal.Output.WriteLineAsync(Json.Write(new { @event = poisoned.Describe(), body = body?.ToArray() }, Json.Readable));
                return ExitCode.Ok;
            }

            WriteLine(terminal, poisoned);
            terminal.Console.WriteLine();
            await terminal.Output.WriteLineAsync(body is null ? "Its body is lost, as the reason says." : ShownText.Lines(RequestText.Body(body.ToArray())));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IngestCommand CreateRedrive(Terminal terminal)
        => CreateForMany(
            terminal,
            "redrive",
            "Puts them on the queue again; handlers that had finished are not run again.",
            ["ingest poison redrive 3f2a9c", "ingest poison redrive --all --yes"],
            count => $"Redrive {count} events?",
            async (opened, name, cancellationToken) =>
            {
                var outcome = await opened.Redriver.RedriveAsync(name, cancellationToken);
                return (Words(outcome), outcome is not (RedriveResult.BodyLost or RedriveResult.Unreadable));
            });

    private static IngestCommand CreatePurge(Terminal terminal)
        => CreateForMany(
            terminal,
            "purge",
            "Removes them for good: they can be redriven no more.",
            ["ingest poison purge 3f2a9c", "ingest poison purge --all --older-than 30d --yes"],
            count => $"Remove {count} events for good?",
            async (opened, name, cancellationToken)
                => (await opened.Poison.TryDeleteAsync(name, ETag.All, ETag.All, cancellationToken) ? "removed" : "was gone", true));

    /// <summary>A command that does something to each chosen event, and asks first where they are many.</summary>
    private static IngestCommand CreateForMany(
        Terminal terminal,
        string name,
        string description,
        string[] examples,
        Func<int, string> question,
        Func<AppStorage, string, CancellationToken, Task<(string Words, bool IsDone)>> act)
    {
        var (names, all, source, olderThan, yes, storage) = (Events(), All(), CommonOptions.Source(), OlderThan(), CommonOptions.Yes(), new StorageChoice());
        var command = new IngestCommand(name, description, examples) { names, all, source, olderThan, yes, storage };
        command.SetAction(async (result, cancellationToken) =>
        {
            var opened = storage.Open(terminal, result);
            var chosen = await ChooseAsync(terminal, opened, result.GetValue(names)!, result.GetValue(all), Selection(terminal, result, source, olderThan), cancellationToken);
            if (chosen.Count > 1 && !Confirmation.Ask(terminal, question(chosen.Count), result.GetValue(yes)))
                return ExitCode.No;

            var exitCode = ExitCode.Ok;
            foreach (var chosenName in chosen)
            {
                var (words, isDone) = await act(opened, chosenName, cancellationToken);
                if (!isDone)
                    exitCode = ExitCode.No;
                await terminal.Output.WriteLineAsync($"{ShownText.Line(chosenName)}: {words}");
            }

            return exitCode;
        });
        return command;
    }

    private static async Task<List<string>> ChooseAsync(
        Terminal terminal, AppStorage storage, string[] names, bool all, PoisonSelection selection, CancellationToken cancellationToken)
    {
        if (all == names.Length > 0)
            throw new CommandException("Name events, or give --all: one of the two.");
        if (!all && selection is not { Source: null, Before: null })
            throw new CommandException("--source and --older-than choose among all: give --all with them, or name events without them.");

        var chosen = new List<string>();
        foreach (var name in names)
            chosen.Add(await FindAsync(storage, name, cancellationToken));
        if (all)
        {
            await foreach (var poisoned in selection.ReadAsync(storage.Poison, cancellationToken))
                chosen.Add(poisoned.Name);
        }

        if (chosen.Count == 0)
            await terminal.Error.WriteLineAsync("Nothing has been given up.");
        return chosen;
    }

    private static PoisonSelection Selection(Terminal terminal, ParseResult result, Option<string?> source, Option<TimeSpan?> olderThan)
        => new(result.GetValue(source), terminal.Time.GetUtcNow() - result.GetValue(olderThan));

    private static void WriteLine(Terminal terminal, PoisonedEvent poisoned)
    {
        terminal.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[grey]{Ages.Moment(poisoned.Document.PoisonedAt)}[/]  [cyan]{ShownText.Line(poisoned.ShortName),-32}[/] {ShownText.Line(poisoned.Type),-32} [red]{ShownText.Line(poisoned.Document.Reason)}[/]");
    }

    private static async Task<string> FindAsync(AppStorage storage, string text, CancellationToken cancellationToken)
        => (await PoisonSelection.FindAsync(storage.Poison, text, cancellationToken))
            .Require(text, "poisoned event", $"There is no poisoned event '{text}': 'ingest poison list' shows those that there are.");

    private static string Words(RedriveResult result) => result switch
    {
        RedriveResult.Sent => "on the queue again",
        RedriveResult.AlreadyProcessed => "had been processed after all; removed here",
        RedriveResult.BodyLost => "not redriven: its body is lost",
        RedriveResult.Unreadable => "not redriven: this version cannot read its document or its row; use the version that wrote them",
        _ => "was gone",
    };

    private static Argument<string[]> Events() => new("event") { Description = EventDescription, Arity = ArgumentArity.ZeroOrMore };

    private static Option<bool> All() => new("--all") { Description = "All of them, or those that --source and --older-than choose." };

    private static Option<TimeSpan?> OlderThan() => CommonOptions.Age("--older-than", "Only what was given up so long ago, such as 30d.");
}
