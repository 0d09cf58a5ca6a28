using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FunctionsIngest.Archive;
using FunctionsIngest.Outbound;
using FunctionsIngest.Queueing;
using Spectre.Console;

namespace FunctionsIngest.Cli.Events;

/// <summary><c>ingest events</c>: what was processed, from the archive.</summary>
internal static class EventsCommand
{
    private static readonly TimeSpan UsualAge = TimeSpan.FromDays(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static Command Create(Terminal terminal)
        => new IngestCommand("events", "Shows what was processed, from the archive.", "ingest events list --since 1h", "ingest events tail", "ingest events show 3f2a9c")
        {
            CreateList(terminal), CreateShow(terminal), CreateTail(terminal),
        };

    private static IngestCommand CreateList(Terminal terminal)
    {
        var source = CommonOptions.Source();
        var type = Type();
        var since = CommonOptions.Moment("--since", "Only events that were processed since then. Default: 1d.", terminal);
        var limit = CommonOptions.Number("--limit", "How many at most, the newest.", 1, 100_000, 50);
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand(
            "list", "Lists events, the newest last.", "ingest events list", "ingest events list --source begini --since 2h", "ingest events list --type invoice.paid --json | jq .id")
        {
            source, type, since, limit, json, storage,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var opened = storage.Open(terminal, result);
            var from = result.GetValue(since) ?? terminal.Time.GetUtcNow() - UsualAge;
            var events = await NewestAsync(opened.Archive, result.GetValue(source), result.GetValue(type), from, terminal.Time, result.GetValue(limit), cancellationToken);
            foreach (var found in events)
                WriteLine(terminal, found, result.GetValue(json));
            if (events.Count == 0)
                await terminal.Error.WriteLineAsync(ArchivedEvents.None);
            return ExitCode.Ok;
        });
        return command;
    }

    private static IngestCommand CreateShow(Terminal terminal)
    {
        var id = new Argument<string>("event") { Description = "The event's id, at least six characters of it, or its name in the archive." };
        var body = new Option<bool>("--body") { Description = "Write the body alone, byte for byte." };
        var source = CommonOptions.Source();
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand("show", "Shows one event with its body.", "ingest events show 3f2a9c", "ingest events show 3f2a9c --body > body.json")
        {
            id, body, source, json, storage,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var opened = storage.Open(terminal, result);
            var found = await opened.Archive.RequireAsync(result.GetRequiredValue(id), result.GetValue(source), cancellationToken);
            var content = await opened.Archive.ReadBodyAsync(found, cancellationToken) ?? throw new CommandException(ArchivedEvents.BodyGone(found), ExitCode.No);
            if (result.GetValue(body))
                await WriteBytesAsync(terminal, content, cancellationToken);
            else if (result.GetValue(json))
                await terminal.Output.WriteLineAsync(JsonSerializer.Serialize(new { @event = found.Describe(), body = content.ToArray() }, Json.Readable));
            else
                WriteEvent(terminal, found, content);
            return ExitCode.Ok;
        });
        return command;
    }

    private static IngestCommand CreateTail(Terminal terminal)
    {
        var source = CommonOptions.Source();
        var type = Type();
        var since = CommonOptions.Moment("--since", "Begin with events that were processed since then. Default: now.", terminal);
        var (json, storage) = (CommonOptions.Json(), new StorageChoice());
        var command = new IngestCommand("tail", "Shows events as they are processed, until Ctrl-C.", "ingest events tail", "ingest events tail --source begini --since 10m", "ingest events tail --json | jq .type")
        {
            source, type, since, json, storage,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var opened = storage.Open(terminal, result);
            var tail = new ArchiveTail(opened.Archive, result.GetValue(source), result.GetValue(since), terminal.Time);
            try
            {
                while (true)
                {
                    foreach (var found in await tail.ReadNewAsync(result.GetValue(type), cancellationToken))
                        WriteLine(terminal, found, result.GetValue(json));
                    await Task.Delay(Pause, terminal.Time, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCode.Ok;
            }
        });
        return command;
    }

    /// <summary>The newest events of a kind, the newest last.</summary>
    private static async Task<List<ArchivedEvent>> NewestAsync(
        ArchiveReader archive, string? source, string? type, DateTimeOffset from, TimeProvider time, int limit, CancellationToken cancellationToken)
    {
        var entries = await archive.ListSinceAsync(source, from, time, cancellationToken);
        var events = new List<ArchivedEvent>();
        foreach (var some in entries.OrderByDescending(entry => entry.ProcessedAt).Chunk(limit))
        {
            events.AddRange(await archive.ReadAsync(some, type, cancellationToken));
            if (events.Count >= limit)
                break;
        }

        return [.. events.OrderByDescending(found => found.ProcessedAt).Take(limit).Reverse()];
    }

    private static void WriteLine(Terminal terminal, ArchivedEvent found, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(found.Describe(), Json.Line));
            return;
        }

        var time = Ages.Moment(found.ProcessedAt ?? found.Event.Time ?? default);
        var size = found.Event.Data is { } data ? string.Create(CultureInfo.InvariantCulture, $"{data.ToMemory().Length:N0} B") : "large";
        terminal.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[grey]{time}[/]  [cyan]{found.Name.Source,-18}[/] {found.Event.Type,-32} {found.Name.ShortId,-16} [grey]{size,9}[/]");
    }

    private static void WriteEvent(Terminal terminal, ArchivedEvent found, BinaryData content)
    {
        var table = new Grid().AddColumn().AddColumn();
        foreach (var (name, value) in new (string, string?)[]
        {
            ("id", found.Event.Id),
            ("source", found.Name.Source),
            ("type", found.Event.Type),
            ("received", found.Event.Time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            ("assurance", Envelope.WriteAssurance(found.Assurance)),
            ("replay of", found.ReplayOf),
            ("content type", found.Event.DataContentType),
            ("archive", $"{found.Name}.json"),
        })
        {
            if (value is not null)
                table.AddRow($"[grey]{name}[/]", Markup.Escape(value));
        }

        terminal.Console.Write(table);
        terminal.Console.WriteLine();
        terminal.Output.WriteLine(RequestText.Body(content.ToArray()));
    }

    private static async Task WriteBytesAsync(Terminal terminal, BinaryData content, CancellationToken cancellationToken)
    {
        await terminal.Output.FlushAsync(cancellationToken);
        if (terminal.OpenOutput is { } open)
        {
            await using var output = open();
            await output.WriteAsync(content.ToMemory(), cancellationToken);
        }
        else
        {
            await terminal.Output.WriteAsync(Encoding.UTF8.GetString(content));
        }
    }

    private static Option<string?> Type() => new("--type") { Description = "Only events of this type.", HelpName = "text" };
}
