using System.Net;
using System.Text.RegularExpressions;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace FunctionsIngest.Tests.Telemetry;

/// <summary>Every line about a webhook names its source and its id, once it has one.</summary>
public sealed partial class LogScopeTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const string Body = """{"event":{"type":"scored"}}""";

    [Fact]
    public async Task Lines_about_an_accepted_webhook_and_its_duplicate_name_it()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, _) = await app.AcceptAsync(Body);
        await app.Host.SendBeginiAsync(Body);

        Assert.Equal([$"begini {id} Accepted scored.", $"begini {id} Seen before, and answered as a duplicate. The first one is Received."], Lines(app));
    }

    [Fact]
    public async Task The_line_about_a_webhook_that_could_not_be_written_names_it()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:StorageTries", "1")]);
        using (app.Fail(StorageStep.Send, StorageFault.Answer(503, "ServerBusy")))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Host.SendBeginiAsync(Body)).Status);
        var id = ObservedHost.Read(app.Proxy.Sent[^1].Body).EventId;

        Assert.Equal([$"begini {id} The webhook could not be written to storage: answered 503."], Lines(app));
    }

    [Fact]
    public async Task Lines_of_the_processor_and_of_handlers_name_the_webhook()
    {
        ILogger own = null!;
        var runs = 0;
        await using var app = await ObservedHost.StartAsync(azurite, [new RecordingHandler("credit-scores", _ =>
        {
            Log.OfHandler(own);
            return ++runs == 1 ? throw new TimeoutException() : Task.CompletedTask;
        })]);
        own = app.Host.Get<ILoggerFactory>().CreateLogger("FunctionsIngest.Tests");
        var (id, message) = await app.AcceptAsync(Body);
        app.Host.Log.Clear();

        await app.Host.ProcessAsync(message);
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);

        Assert.Equal(
            [
                $"begini {id} A line of a handler.",
                $"begini {id} Handler credit-scores failed in attempt 1.",
                $"begini {id} Attempt 2 of 8 comes in about ten seconds.",
                $"begini {id} A line of a handler.",
                $"begini {id} Processed scored, attempt 2.",
            ],
            Lines(app).Select(line => Regex.Replace(line, @"in 00:00:(09|10|11)\.$", "in about ten seconds.")));
    }

    [Fact]
    public async Task Lines_of_the_poison_trigger_name_the_webhook()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, message) = await app.AcceptAsync(Body);
        app.Host.Log.Clear();

        await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);

        Assert.Equal([$"begini {id} Given up after attempt 1, and kept until 'ingest poison redrive' or 'purge': The process died."], Lines(app));
    }

    private static IEnumerable<string> Lines(ObservedHost app)
        => from line in app.Host.Log.GetSnapshot()
           where line.Category!.StartsWith("FunctionsIngest", StringComparison.Ordinal) && line.Level >= LogLevel.Information
           select $"{Scoped(line, "source")} {Scoped(line, "webhookId")} {line.Message}";

    private static object? Scoped(FakeLogRecord line, string name)
        => line.Scopes.OfType<IEnumerable<KeyValuePair<string, object?>>>().SelectMany(scope => scope).SingleOrDefault(item => item.Key == name).Value;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A line of a handler.")]
        public static partial void OfHandler(ILogger logger);
    }
}
