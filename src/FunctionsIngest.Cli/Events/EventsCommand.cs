using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FunctionsIngest.Archive;
using FunctionsIngest.Outbound;
using FunctionsIngest.Queueing;
using Spectre.Console;

namespace FunctionsIngest.Cli.Events;

/// <summary><c>ingest events</c>: what was processed, from the archive.</summary>
internal static class EventsCommand
{
    // They are in memory, with bodies of up to 45 KiB.
    private const int EventsAtOnce = 256;

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
        var limit = CommonOptions.Number("--limit", "How many at most, the newest. With --json: all, unless it is given.", 1, 100_000, 50);
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
            var (isJson, isLimited) = (result.GetValue(json), !result.GetValue(json) || result.GetResult(limit) is { Implicit: false });
            var entries = await opened.Archive.ListSinceAsync(result.GetValue(source), from, terminal.Time, cancellationToken);
            var count = 0;
            await foreach (var found in isLimited
                ? NewestAsync(terminal, opened.Archive, entries, result.GetValue(type), result.GetValue(limit), cancellationToken)
                : AllAsync(opened.Archive, entries, result.GetValue(type), cancellationToken))
            {
                count++;
                WriteLine(terminal, found, isJson);
            }

            if (count == 0)
            {
                await terminal.Error.WriteLineAsync(ArchivedEvents.None);
                await SourceHint.WriteAsync(terminal, opened, result.GetValue(source), cancellationToken);
            }

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
                await terminal.Output.WriteLineAsync(Json.Write(new { @event = found.Describe(), body = content.ToArray() }, Json.Readable));
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
            await SourceHint.WriteAsync(terminal, opened, result.GetValue(source), cancellationToken);
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

    /// <summary>The newest events of a kind, the newest last. It says if there are more.</summary>
    private static async IAsyncEnumerable<ArchivedEvent> NewestAsync(
        Terminal terminal,
        ArchiveReader archive,
        IReadOnlyList<(ArchivedName Name, DateTimeOffset ProcessedAt)> entries,
        string? type,
        int limit,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = new List<ArchivedEvent>();
        foreach (var some in entries.Reverse().Chunk(Math.Min(limit + 1, EventsAtOnce)))
        {
            events.AddRange(await archive.ReadAsync(some, type, cancellationToken));
            if (events.Count > limit)
                break;
        }

        foreach (var found in events.OrderByDescending(found => found.ProcessedAt).Take(limit).Reverse())
            yield return found;
        if (events.Count > limit)
            await terminal.Error.WriteLineAsync($"There are more: these are the newest {limit}. Give a larger --limit, or --json without --limit for all.");
    }

    /// <summary>All events of a kind, the newest last.</summary>
    private static async IAsyncEnumerable<ArchivedEvent> AllAsync(
        ArchiveReader archive, IReadOnlyList<(ArchivedName Name, DateTimeOffset ProcessedAt)> entries, string? type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var some in entries.Chunk(EventsAtOnce))
        {
            foreach (var found in await archive.ReadAsync(some, type, cancellationToken))
                yield return found;
        }
    }

    private static void WriteLine(Terminal terminal, ArchivedEvent found, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(Json.Write(found.Describe(), Json.Line));
            return;
        }

        var time = Ages.Moment(found.ProcessedAt ?? found.Event.Time ?? default);
        terminal.Console.MarkupLineInterpolated(
            CultureInfo.InvariantCulture,
            $"[grey]{time}[/]  [cyan]{ShownText.Line(found.Name.Source),-18}[/] {ShownText.Line(found.Event.Type),-32} {ShownText.Line(found.Name.ShortId),-16} [grey]{Size(found),9}[/]");
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
            ("assurance", Provenance.TextOf(found.Assurance)),
            ("replay of", found.ReplayOf),
            ("content type", found.Event.DataContentType),
            ("size", Size(found)),
            ("archive", $"{found.Name}.json"),
        })
        {
            if (value is not null)
                table.AddRow($"[grey]{name}[/]", Markup.Escape(ShownText.Line(value)));
        }

        terminal.Console.Write(table);
        terminal.Console.WriteLine();
        terminal.Output.WriteLine(ShownText.Lines(RequestText.Body(content.ToArray())));
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

    private static string Size(ArchivedEvent found) => found.Bytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B") : "gone";

    private static Option<string?> Type() => new("--type") { Description = "Only events of this type.", HelpName = "text" };
}
