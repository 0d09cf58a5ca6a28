using System.Text.Json;
using FunctionsIngest.Cli;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Queueing;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Tests.Cli;

/// <summary>The commands against a running app and its storage.</summary>
public sealed class AppCommandTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Theory]
    [InlineData("begini")]
    [InlineData("standard")]
    [InlineData("aghanim")]
    public async Task Send_is_accepted_as_the_real_sender_is(string source)
    {
        await using var app = await StartAsync();

        var run = await app.RunAsync("send", source, "--url", app.UrlOf(source));

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.StartsWith($"POST /webhooks/{source} HTTP/1.1", run.Output, StringComparison.Ordinal);
        Assert.Contains("200 in ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"accepted\"", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("begini", "body")]
    [InlineData("begini", "signature")]
    [InlineData("standard", "body")]
    [InlineData("standard", "signature")]
    [InlineData("standard", "time")]
    [InlineData("aghanim", "time")]
    public async Task A_forged_webhook_is_refused(string source, string forgery)
    {
        await using var app = await StartAsync();

        var run = await app.RunAsync("send", source, "--url", app.UrlOf(source), "--forge", forgery, "--json");

        Assert.Equal(ExitCode.No, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(403, json.RootElement.GetProperty("answer").GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Many_webhooks_end_in_a_summary_and_each_is_an_event()
    {
        await using var app = await StartAsync();

        var run = await app.RunAsync("send", "begini", "--url", app.UrlOf("begini"), "--count", "40", "--concurrency", "4", "--json");
        await app.Host.ProcessVisibleAsync();

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(40, json.RootElement.GetProperty("outcomes").GetProperty("accepted").GetInt32());
        Assert.True(json.RootElement.GetProperty("milliseconds").GetProperty("p99").GetDouble() > 0);
        Assert.Equal(40, (await app.Host.ListArchiveAsync()).Count);
    }

    [Fact]
    public async Task The_same_body_is_a_duplicate_and_one_with_the_placeholder_is_not()
    {
        await using var app = await StartAsync();
        var same = CliRun.NewFile("""{"event":{"type":"x"}}""");
        var filled = CliRun.NewFile("""{"uid":"{{id}}"}""");

        using var sameJson = JsonDocument.Parse((await app.RunAsync("send", "begini", "--url", app.UrlOf("begini"), "--body", same, "--count", "3", "--concurrency", "1", "--json")).Output);
        using var filledJson = JsonDocument.Parse((await app.RunAsync("send", "begini", "--url", app.UrlOf("begini"), "--body", filled, "--count", "3", "--json")).Output);

        Assert.Equal(2, sameJson.RootElement.GetProperty("outcomes").GetProperty("duplicate").GetInt32());
        Assert.Equal(3, filledJson.RootElement.GetProperty("outcomes").GetProperty("accepted").GetInt32());
    }

    [Fact]
    public async Task Events_are_listed_and_shown()
    {
        await using var app = await StartAsync();
        Assert.Equal("No event. --since looks further back; the archive must be on (Webhooks:Archive).", (await app.RunAsync("events", "list")).Error.Trim());
        var id = await app.SendAsync("""{"uid":"1","event":{"type":"application.complete"}}""");
        await app.SendAsync("""{"uid":"2","event":{"type":"application.expired"}}""");

        var list = await app.RunAsync("events", "list");
        Assert.Equal(2, list.Lines.Length);
        Assert.Contains("application.complete", list.Output, StringComparison.Ordinal);

        var line = Assert.Single((await app.RunAsync("events", "list", "--source", "begini", "--type", "application.complete", "--json")).Lines);
        using var json = JsonDocument.Parse(line);
        Assert.Equal(id, json.RootElement.GetProperty("id").GetString());

        Assert.Contains("""{"uid":"1","event":{"type":"application.complete"}}""", (await app.RunAsync("events", "show", id[..10])).Output, StringComparison.Ordinal);
        Assert.Equal("""{"uid":"1","event":{"type":"application.complete"}}""", (await app.RunAsync("events", "show", id, "--body")).Output);
        Assert.Equal(ExitCode.No, (await app.RunAsync("events", "show", "ffffffffffff")).ExitCode);
        Assert.Empty((await app.RunAsync("events", "list", "--source", "aghanim")).Lines);
    }

    [Fact]
    public async Task A_large_body_is_shown_whole()
    {
        await using var app = await StartAsync();
        var body = $$"""{"uid":"{{new string('x', 100_000)}}"}""";
        var id = await app.SendAsync(body);

        Assert.Equal(body, (await app.RunAsync("events", "show", id, "--body")).Output);
    }

    [Fact]
    public async Task The_size_of_a_body_is_shown_wherever_it_is()
    {
        await using var app = await StartAsync();
        var body = $$"""{"uid":"{{new string('x', 100_000)}}"}""";
        var id = await app.SendAsync(body);
        await app.SendAsync("{}");

        var list = await app.RunAsync("events", "list");
        Assert.Single(list.Lines, line => line.EndsWith($" {body.Length:N0} B", StringComparison.Ordinal));
        Assert.Single(list.Lines, line => line.EndsWith(" 2 B", StringComparison.Ordinal));
        var json = (await app.RunAsync("events", "list", "--json")).Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("bytes").GetInt64());
        Assert.Equal([2, body.Length], json.Order());
        Assert.Contains($"{body.Length:N0} B", (await app.RunAsync("events", "show", id)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_is_cut_says_so_and_json_is_complete()
    {
        await using var app = await StartAsync();
        for (var number = 0; number < 5; number++)
            await app.SendAsync($$$"""{"uid":"{{{number}}}","event":{"type":"{{{(number == 0 ? "first" : "other")}}}"}}""");

        var cut = await app.RunAsync("events", "list", "--limit", "3");
        Assert.Equal(3, cut.Lines.Length);
        Assert.Contains("There are more: these are the newest 3", cut.Error, StringComparison.Ordinal);
        Assert.Contains("There are more", (await app.RunAsync("events", "list", "--limit", "3", "--json")).Error, StringComparison.Ordinal);
        Assert.Contains("There are more", (await app.RunAsync("events", "list", "--limit", "3", "--type", "other")).Error, StringComparison.Ordinal);

        foreach (var line in new[] { "--limit 5", "--limit 4 --type other", "--limit 1 --type first", "--json" })
            Assert.Empty((await app.RunAsync(["events", "list", .. line.Split(' ')])).Error);
    }

    [Fact]
    public async Task Json_without_a_limit_lists_more_than_a_screen_takes()
    {
        await using var app = await StartAsync();
        Assert.Equal(ExitCode.Ok, (await app.RunAsync("send", "begini", "--url", app.UrlOf("begini"), "--count", "60", "--json")).ExitCode);
        await app.Host.ProcessVisibleAsync();

        Assert.Equal(50, (await app.RunAsync("events", "list")).Lines.Length);
        var all = await app.RunAsync("events", "list", "--json");
        Assert.Equal(60, all.Lines.Length);
        Assert.Empty(all.Error);
    }

    [Fact]
    public async Task A_mistyped_source_is_recognised()
    {
        await using var app = await StartAsync();
        await app.SendAsync("{}");

        foreach (var line in new[] { "events list --source bgini", "poison list --source bgini", "replay --since 1h --source bgini --yes" })
            Assert.Contains("Did you mean begini?", (await app.RunAsync(line.Split(' '))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_sender_wrote_does_not_act_on_the_screen()
    {
        await using var app = await StartAsync();
        var id = await app.SendAsync("{\"uid\":\"1\",\"event\":{\"type\":\"a\\u202eb\\u2028c\\u001b[2J\"},\"x\":\"\u202e\u009b\"}");
        await KeepPoisonAsync(app, "\u202e", new string('1', 64), "x", "given up\n\u202e");

        foreach (var line in new[] { "events list", "events list --json", $"events show {id}", $"events show {id} --json", "poison list", "poison list --json", "poison show 111111", $"replay {id} --yes" })
        {
            var run = await app.RunAsync(line.Split(' '));
            Assert.Equal(ExitCode.Ok, run.ExitCode);
            Assert.DoesNotContain(run.Output + run.Error, character => character is '\u202e' or '\u2028' or '\u001b' or '\u009b');
        }

        Assert.Single((await app.RunAsync("poison", "list")).Lines);
    }

    [Fact]
    public async Task Events_and_poison_have_one_shape()
    {
        await using var app = await StartAsync();
        await app.SendAsync("""{"uid":"1"}""");
        await KeepPoisonAsync(app, "{}", new string('1', 64), new string('x', 100_000));

        using var poisoned = JsonDocument.Parse(Assert.Single((await app.RunAsync("poison", "list", "--json")).Lines));
        using var archived = JsonDocument.Parse(Assert.Single((await app.RunAsync("events", "list", "--json")).Lines));

        Assert.Equal(new string('1', 64), poisoned.RootElement.GetProperty("id").GetString());
        Assert.Equal("begini", poisoned.RootElement.GetProperty("source").GetString());
        Assert.Equal((1, 0), (poisoned.RootElement.GetProperty("attempt").GetInt32(), poisoned.RootElement.GetProperty("redrive").GetInt32()));
        Assert.Equal(100_002, poisoned.RootElement.GetProperty("bytes").GetInt64());
        string[] own = ["poisonedAt", "reason", "attempt", "redrive"];
        Assert.Equal(
            archived.RootElement.EnumerateObject().Select(member => member.Name).Where(name => name != "processedAt").Order(StringComparer.Ordinal),
            poisoned.RootElement.EnumerateObject().Select(member => member.Name).Except(own).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tail_shows_events_as_they_arrive_until_it_is_stopped()
    {
        await using var app = await StartAsync();
        var before = await app.SendAsync("""{"uid":"before"}""");
        using var stop = new CancellationTokenSource();
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var tail = CliRun.RunAsync(
            app.Environment, ["events", "tail", "--json", "--since", "1h"], written: _ => (first.Task.IsCompleted ? second : first).TrySetResult(), cancellationToken: stop.Token);

        await first.Task;
        var id = await app.SendAsync("""{"uid":"after"}""");
        await second.Task;
        await stop.CancelAsync();
        var run = await tail;

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Single(run.Lines, line => line.Contains(before, StringComparison.Ordinal));
        Assert.Single(run.Lines, line => line.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replay_is_a_new_event_that_names_the_old_one()
    {
        var handler = new RecordingHandler("recorder");
        await using var app = await StartAsync(handler);
        var id = await app.SendAsync("""{"uid":"1","event":{"type":"application.complete"}}""");

        Assert.Equal($"begini/{id}~1: on the queue", (await app.RunAsync("replay", id, "--yes")).Output.Trim());
        Assert.Equal($"begini/{id}~2: on the queue", (await app.RunAsync("replay", id[..8], "--yes")).Output.Trim());
        await app.Host.ProcessVisibleAsync();

        Assert.Equal([id, $"{id}~1", $"{id}~2"], handler.Runs.Select(run => run.Id));
        Assert.Equal([null, id, id], handler.Runs.Select(run => run.ReplayOf));
        Assert.All(handler.Runs, run => Assert.Equal("application.complete", run.Type));
        Assert.All(handler.Runs, run => Assert.Equal(handler.Runs[0].Body.ToString(), run.Body.ToString()));
        Assert.Equal(RowState.Processed, (await app.Host.FindRowAsync("begini", $"{id}~1"))!.State);
        Assert.Equal(3, (await app.Host.ListArchiveAsync()).Count);

        using var json = JsonDocument.Parse((await app.RunAsync("events", "show", $"{id}~1", "--json")).Output);
        Assert.Equal(id, json.RootElement.GetProperty("event").GetProperty("replayOf").GetString());
        Assert.Equal(ExitCode.Usage, (await app.RunAsync("replay", $"{id}~1", "--yes")).ExitCode);
    }

    [Fact]
    public async Task A_replay_that_died_before_its_send_is_finished_by_the_next_one_under_its_own_number()
    {
        var handler = new RecordingHandler("recorder");
        await using var app = await StartAsync(handler);
        var id = await app.SendAsync("""{"uid":"1"}""");

        // What a crash after the insert leaves: the number is taken, the row is there, and no message is.
        Assert.Equal(ExitCode.Ok, (await app.RunAsync("replay", id, "--yes")).ExitCode);
        await app.Host.Clients.Events.ClearMessagesAsync();
        var row = (await app.Host.FindRowAsync("begini", $"{id}~1"))!;
        row.State = RowState.Received;
        Assert.True(await app.Host.Get<LedgerTable>().TryUpdateAsync(row, CancellationToken.None));

        var resumed = await app.RunAsync("replay", id, "--yes");
        Assert.StartsWith($"begini/{id}~1: begun by an earlier command", resumed.Output, StringComparison.Ordinal);
        Assert.StartsWith($"begini/{id}~2: on the queue", (await app.RunAsync("replay", id, "--yes")).Output, StringComparison.Ordinal);
        await app.Host.ProcessVisibleAsync();

        Assert.Equal([id, $"{id}~1", $"{id}~2"], handler.Runs.Select(run => run.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_replay_whose_send_is_in_doubt_runs_once_however_often_it_is_sent()
    {
        var handler = new RecordingHandler("recorder");
        await using var app = await StartAsync(handler);
        var id = await app.SendAsync("""{"uid":"1"}""");

        // What a crash after the send leaves: the message is there, and the row does not know it.
        await app.RunAsync("replay", id, "--yes");
        var row = (await app.Host.FindRowAsync("begini", $"{id}~1"))!;
        row.State = RowState.Received;
        await app.Host.Get<LedgerTable>().TryUpdateAsync(row, CancellationToken.None);
        await app.RunAsync("replay", id, "--yes");

        Assert.Equal(2, await app.Host.CountMessagesAsync());
        await app.Host.ProcessVisibleAsync();
        Assert.Single(handler.Runs, run => run.Id == $"{id}~1");
    }

    [Fact]
    public async Task Replays_at_the_same_moment_lose_none_and_run_no_number_twice()
    {
        var handler = new RecordingHandler("recorder");
        await using var app = await StartAsync(handler);
        var id = await app.SendAsync("""{"uid":"1"}""");

        var runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.RunAsync("replay", id, "--json", "--yes")));
        await app.Host.ProcessVisibleAsync();

        Assert.All(runs, run => Assert.Equal(ExitCode.Ok, run.ExitCode));
        var promised = runs.Select(run => JsonDocument.Parse(run.Output).RootElement.GetProperty("id").GetString()!).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(promised.Append(id).Order(StringComparer.Ordinal), handler.Runs.Select(run => run.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Replaying_one_needs_a_yes_too()
    {
        var handler = new RecordingHandler("recorder");
        await using var app = await StartAsync(handler);
        var id = await app.SendAsync("""{"uid":"1","event":{"type":"application.complete"}}""");

        var unasked = await app.RunAsync("replay", id);
        Assert.Equal(ExitCode.Usage, unasked.ExitCode);
        Assert.Contains($"Replay begini/{id[..12]} (application.complete)?", unasked.Error, StringComparison.Ordinal);
        Assert.Equal(0, await app.Host.CountMessagesAsync());

        await app.RunAsync("replay", id, "--yes");
        await app.Host.ProcessVisibleAsync();
        Assert.Equal([id, id], handler.Runs.Select(run => run.OriginalId));
    }

    [Fact]
    public async Task Replaying_many_needs_a_yes()
    {
        await using var app = await StartAsync();
        await app.SendAsync("""{"uid":"1"}""");
        await app.SendAsync("""{"uid":"2"}""");

        var unasked = await app.RunAsync("replay", "--since", "1h");
        Assert.Equal(ExitCode.Usage, unasked.ExitCode);
        Assert.Contains("OriginalId", unasked.Error, StringComparison.Ordinal);
        Assert.Contains("Replay 2 events?", unasked.Error, StringComparison.Ordinal);
        Assert.Equal(0, await app.Host.CountMessagesAsync());

        Assert.Equal(2, (await app.RunAsync("replay", "--since", "1h", "--yes")).Lines.Length);
        await app.Host.ProcessVisibleAsync();
        Assert.Equal(2, (await app.RunAsync("replay", "--since", "1h", "--yes")).Lines.Length);
    }

    [Fact]
    public async Task Poison_is_listed_shown_redriven_and_purged()
    {
        var handler = new RecordingHandler("recorder");
        await using var app = await StartAsync(handler);
        Assert.Equal("Nothing has been given up.", (await app.RunAsync("poison", "list")).Error.Trim());
        foreach (var number in "123")
            await KeepPoisonAsync(app, $$"""{"uid":"{{number}}"}""", new string(number, 64), new string('x', number == '3' ? 100_000 : 1));

        var list = await app.RunAsync("poison", "list");
        Assert.Equal(3, list.Lines.Length);
        Assert.Contains("recorder: it is broken", list.Output, StringComparison.Ordinal);
        Assert.Equal(3, (await app.RunAsync("poison", "list", "--source", "begini", "--json")).Lines.Length);
        Assert.Empty((await app.RunAsync("poison", "list", "--source", "aghanim")).Lines);
        var shown = await app.RunAsync("poison", "show", "333333");
        Assert.Empty(shown.Error);
        Assert.Contains("xxxxxxxx", shown.Output, StringComparison.Ordinal);

        Assert.Equal($"begini/{new string('1', 64)}: on the queue again", (await app.RunAsync("poison", "redrive", "111111")).Output.Trim());
        await app.Host.ProcessVisibleAsync();
        Assert.Equal(new string('1', 64), Assert.Single(handler.Runs).Id);

        Assert.Equal(ExitCode.Usage, (await app.RunAsync("poison", "purge", "--all")).ExitCode);
        Assert.Empty((await app.RunAsync("poison", "purge", "--all", "--older-than", "1d", "--yes")).Lines);
        Assert.Equal(2, (await app.RunAsync("poison", "purge", "--all", "--yes")).Lines.Length);
        Assert.Empty((await app.RunAsync("poison", "list")).Lines);
        Assert.Equal(ExitCode.No, (await app.RunAsync("poison", "redrive", "222222")).ExitCode);
    }

    [Fact]
    public async Task The_doctor_finds_a_well_app_well()
    {
        await using var app = await StartAsync();

        var run = await app.RunAsync("doctor", "--url", app.Host.Http.BaseAddress!.ToString());

        Assert.True(run.ExitCode == ExitCode.Ok, run.Output);
        Assert.All(run.Lines, line => Assert.StartsWith("ok ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_doctor_names_what_is_wrong_and_what_to_do()
    {
        await using var app = await StartAsync();
        await KeepPoisonAsync(app, "{}", new string('1', 64), "x");
        app.Environment["Webhooks__Sources__begini__Scheme"] = "begni";

        var run = await app.RunAsync("doctor", "--url", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Contains("did you mean 'begini'?", run.Output, StringComparison.Ordinal);
        Assert.Contains("ingest poison redrive --all", run.Output, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1 does not answer", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_is_not_there_ends_with_3()
    {
        await using var app = await StartAsync();
        app.Environment["WebhookStorage"] = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=AAAA;BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a";

        foreach (var command in new[] { "events list", "poison list", "replay abcdef", "doctor" })
        {
            var run = await app.RunAsync(command.Split(' '));
            Assert.Equal(ExitCode.Unreachable, run.ExitCode);
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        }
    }

    private static Task KeepPoisonAsync(App app, string body, string id, string padding, string reason = "recorder: it is broken")
    {
        var envelope = Envelope.For(new EventKey("begini", id), "application.complete", DateTimeOffset.UnixEpoch.AddYears(50));
        return app.Host.Get<PoisonStore>().KeepAsync(envelope, BinaryData.FromString(body + padding), reason, CancellationToken.None);
    }

    private async Task<App> StartAsync(INamedHandler? handler = null)
    {
        var storage = azurite.NewStorage();
        return new App(await IngestHost.StartAsync(storage, services: services => _ = handler is null ? services : services.AddHandler(handler)), storage);
    }

    /// <summary>An app, and the command with its settings.</summary>
    private sealed class App(IngestHost host, string storage) : IAsyncDisposable
    {
        public IngestHost Host => host;

        public Dictionary<string, string?> Environment { get; } = new()
        {
            ["WebhookStorage"] = storage,
            ["Webhooks__Sources__begini__Scheme"] = "begini",
            ["Webhooks__Sources__begini__Secrets__0"] = "begini-api-key",
            ["Webhooks__Sources__standard__Scheme"] = "standard-webhooks",
            ["Webhooks__Sources__standard__Secrets__0"] = "standard-secret",
            ["Webhooks__Sources__aghanim__Scheme"] = "aghanim",
            ["Webhooks__Sources__aghanim__Secrets__0"] = "aghanim-secret",
            ["Secrets__begini-api-key"] = Genuine.BeginiKey,
            ["Secrets__standard-secret"] = Genuine.StandardSecret,
            ["Secrets__aghanim-secret"] = Genuine.AghanimSecret,
        };

        public string UrlOf(string source) => new Uri(host.Http.BaseAddress!, $"/webhooks/{source}").ToString();

        public Task<CliRun> RunAsync(params string[] args) => CliRun.RunAsync(Environment, args);

        /// <summary>Sends a webhook of begini, has it processed, and gives the event's id.</summary>
        public async Task<string> SendAsync(string body)
        {
            var (_, _, id) = await host.SendBeginiAsync(body);
            await host.ProcessVisibleAsync();
            return id!;
        }

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }
}
