using System.Diagnostics.Metrics;
using System.Net;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Telemetry;
using FunctionsIngest.Tests.Infrastructure;
using Xunit.Abstractions;

namespace FunctionsIngest.Tests.Telemetry;

[Collection(TelemetryGroup.Name)]
public sealed class MetricTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private readonly ExportedTelemetry _telemetry = new();

    [Fact]
    public async Task Every_step_of_a_webhook_is_counted_and_timed()
    {
        ObservedHost app = null!;
        await using var started = app = await StartAsync(handlers: new RecordingHandler("credit-scores", _ =>
        {
            app.Time.Advance(TimeSpan.FromSeconds(4));
            return Task.CompletedTask;
        }));

        await SendSlowlyAsync(app, "{}");
        app.Time.Advance(TimeSpan.FromSeconds(7));
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);

        AssertSeries(app, new()
        {
            ["ingest.webhooks.received{source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=accepted,reason=accepted,source=begini}"] = "1",
            ["ingest.answer.duration{outcome=accepted,source=begini}"] = "1 of 5",
            ["ingest.insert.duration{source=begini}"] = "1 of 2",
            ["ingest.send.duration{source=begini}"] = "1 of 3",
            ["ingest.body.size{source=begini}"] = "1 of 2",
            ["ingest.queue.time{source=begini}"] = "1 of 12",
            ["ingest.handler.duration{handler=archive,outcome=finished,source=begini}"] = "1 of 0",
            ["ingest.handler.duration{handler=credit-scores,outcome=finished,source=begini}"] = "1 of 4",
            ["ingest.events.processed{outcome=processed,source=begini}"] = "1",
            ["ingest.secrets.refreshes{outcome=success,secret=aghanim-secret}"] = "1",
            ["ingest.secrets.refreshes{outcome=success,secret=begini-api-key}"] = "1",
            ["ingest.secrets.refreshes{outcome=success,secret=standard-secret}"] = "1",
            ["ingest.secrets.age{secret=aghanim-secret}"] = "16",
            ["ingest.secrets.age{secret=begini-api-key}"] = "16",
            ["ingest.secrets.age{secret=standard-secret}"] = "16",
        });
    }

    [Fact]
    public async Task Failures_poison_and_redrives_are_counted()
    {
        var isBroken = true;
        await using var app = await StartAsync(handlers: new RecordingHandler("credit-scores", _ => isBroken ? throw new TimeoutException() : Task.CompletedTask));
        var (id, message) = await app.AcceptAsync();
        await app.Host.ProcessAsync(message);
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);
        isBroken = false;
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);
        await app.Host.ProcessAsync(BinaryData.FromString("no event"));
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);

        AssertSeries(app, new()
        {
            ["ingest.queue.time{source=begini}"] = "1 of 0",
            ["ingest.handler.duration{handler=archive,outcome=finished,source=begini}"] = "1 of 0",
            ["ingest.handler.duration{handler=credit-scores,outcome=failed,source=begini}"] = "2 of 0",
            ["ingest.handler.duration{handler=credit-scores,outcome=finished,source=begini}"] = "1 of 0",
            ["ingest.events.processed{outcome=retried,source=begini}"] = "1",
            ["ingest.events.processed{outcome=poisoned,source=begini}"] = "1",
            ["ingest.events.processed{outcome=processed,source=begini}"] = "1",
            ["ingest.events.poisoned{source=begini}"] = "1",
            ["ingest.events.poisoned{source=unreadable}"] = "1",
            ["ingest.events.redriven{source=begini}"] = "1",
        }, but: ["ingest.webhooks.", "ingest.answer.", "ingest.insert.", "ingest.send.", "ingest.body.", "ingest.secrets."]);
    }

    [Fact]
    public async Task Every_answer_is_counted_by_outcome_and_reason()
    {
        await using var app = await StartAsync([new("Webhooks:MaxBodyBytes", "100"), new("Webhooks:Sources:begini:EventTypes:0", "known"), new("Webhooks:Sources:standard:AllowedIPs:0", "203.0.113.0/24")]);

        Assert.Equal("accepted", (await app.Host.SendBeginiAsync(OfType("known"))).Outcome);
        Assert.Equal("duplicate", (await app.Host.SendBeginiAsync(OfType("known"))).Outcome);
        await ExpectAsync(HttpStatusCode.OK, Genuine.Begini(OfType("new")));
        await ExpectAsync(HttpStatusCode.RequestEntityTooLarge, Genuine.Begini(new byte[101]));
        await ExpectAsync(HttpStatusCode.Forbidden, Genuine.Begini("{}", key: "another key"));
        await ExpectAsync(HttpStatusCode.Forbidden, Genuine.Post("begini", [1]));
        await ExpectAsync(HttpStatusCode.Forbidden, Genuine.Aghanim("{}", app.Time.GetUtcNow() - TimeSpan.FromDays(30)));
        await ExpectAsync(HttpStatusCode.BadRequest, Genuine.Aghanim("not JSON", app.Time.GetUtcNow()));
        await ExpectAsync(HttpStatusCode.Forbidden, Genuine.Standard("msg_1", [1], app.Time.GetUtcNow()));
        await ExpectAsync(HttpStatusCode.NotFound, Genuine.Post("nobody", [1]));
        await ExpectAsync(HttpStatusCode.MethodNotAllowed, new HttpRequestMessage(HttpMethod.Get, "/webhooks/begini"));
        using (app.Fail(StorageStep.Insert, StorageFault.Answer(503, "ServerBusy")))
            await ExpectAsync(HttpStatusCode.ServiceUnavailable, Genuine.Begini($" {OfType("known")}"));

        AssertSeries(app, new()
        {
            ["ingest.webhooks.received{source=begini}"] = "8",
            ["ingest.webhooks.received{source=aghanim}"] = "2",
            ["ingest.webhooks.received{source=standard}"] = "1",
            ["ingest.webhooks.received{source=unknown}"] = "1",
            ["ingest.webhooks.answered{outcome=accepted,reason=accepted,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=duplicate,reason=duplicate,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=ignored,reason=ignored,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=invalid,reason=InvalidPayload,source=aghanim}"] = "1",
            ["ingest.webhooks.answered{outcome=too_large,reason=TooLarge,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=refused,reason=SignatureMismatch,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=refused,reason=HeaderMissing,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=refused,reason=TimestampTooOld,source=aghanim}"] = "1",
            ["ingest.webhooks.answered{outcome=refused,reason=AddressNotAllowed,source=standard}"] = "1",
            ["ingest.webhooks.answered{outcome=unknown,reason=UnknownSource,source=unknown}"] = "1",
            ["ingest.webhooks.answered{outcome=method,reason=MethodNotAllowed,source=begini}"] = "1",
            ["ingest.webhooks.answered{outcome=unavailable,reason=Storage,source=begini}"] = "1",
        }, but: ["ingest.answer.", "ingest.insert.", "ingest.send.", "ingest.body.", "ingest.secrets."]);

        static string OfType(string type) => $$$"""{"event":{"type":"{{{type}}}"}}""";

        async Task ExpectAsync(HttpStatusCode status, HttpRequestMessage request)
        {
            using (request)
            using (var response = await app.Host.Http.SendAsync(request))
                Assert.Equal(status, response.StatusCode);
        }
    }

    [Fact]
    public async Task Whatever_strangers_and_senders_make_up_adds_no_series()
    {
        await using var app = await StartAsync();
        await SendAsync("one");
        var before = _telemetry.Series(app.Host.Get<IServiceProvider>()).Keys.Order();

        for (var i = 0; i < 100; i++)
            await SendAsync($"made-up-{i}");

        Assert.Equal(before, _telemetry.Series(app.Host.Get<IServiceProvider>()).Keys.Order());

        async Task SendAsync(string text)
        {
            Assert.Equal("accepted", (await app.Host.SendBeginiAsync($$$"""{"event":{"type":"{{{text}}}"},"uid":"{{{text}}}"}""")).Outcome);
            foreach (var request in new[] { Genuine.Post(text, [1]), Genuine.Standard(text, [1], DateTimeOffset.UnixEpoch), Genuine.Post("BEGINI", [1]) })
            {
                using (request)
                {
                    request.Headers.Add("X-Signature", text);
                    request.Headers.UserAgent.ParseAdd(text);
                    (await app.Host.Http.SendAsync(request)).Dispose();
                }
            }

            await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);
            await app.Host.ProcessAsync(BinaryData.FromString(text));
        }
    }

    /// <summary>
    /// Times in seconds, and sizes in bytes, are counted in buckets that tell a good day from a bad one.
    /// </summary>
    [Fact]
    public async Task Histograms_say_which_buckets_suit_them()
    {
        await using var app = await StartAsync();
        var silent = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                var boundaries = instrument switch
                {
                    Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.Count,
                    Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Count,
                    _ => int.MaxValue,
                };
                if (instrument.Meter.Name == IngestMetrics.MeterName && boundaries is null or 0)
                    silent.Add(instrument.Name);
            },
        };
        listener.Start();

        Assert.Empty(silent);
    }

    /// <summary>Holds the insert for 2 s, and the send for 3.</summary>
    private static async Task SendSlowlyAsync(ObservedHost app, string body)
    {
        TaskCompletionSource insert = new(), send = new();
        using var holdInsert = app.Fail(StorageStep.Insert, StorageFault.Until(insert.Task));
        using var holdSend = app.Fail(StorageStep.Send, StorageFault.Until(send.Task));
        var sending = app.Host.SendBeginiAsync(body);

        await ObservedHost.UntilAsync(() => Task.FromResult(app.Steps.Contains(StorageStep.Insert)));
        app.Time.Advance(TimeSpan.FromSeconds(2));
        insert.SetResult();
        await app.MeanwhileAsync(StorageStep.Send, sending, () =>
        {
            app.Time.Advance(TimeSpan.FromSeconds(3));
            return Task.CompletedTask;
        }, send.SetResult);

        Assert.Equal("accepted", (await sending).Outcome);
    }

    private Task<ObservedHost> StartAsync(IEnumerable<KeyValuePair<string, string?>>? settings = null, params IEnumerable<INamedHandler> handlers)
        => ObservedHost.StartAsync(azurite, handlers, [new("Webhooks:RetryDelays:0", "00:00:10"), new("Webhooks:StorageTries", "1"), .. settings ?? []], _telemetry.AddTo);

    private void AssertSeries(ObservedHost app, Dictionary<string, string> expected, params string[] but)
    {
        var series = _telemetry.Series(app.Host.Get<IServiceProvider>())
            .Where(item => !but.Any(prefix => item.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(item => $"{item.Key} {item.Value}")
            .Order(StringComparer.Ordinal)
            .ToList();
        output.WriteLine(string.Join('\n', series));
        Assert.Equal(expected.Select(item => $"{item.Key} {item.Value}").Order(StringComparer.Ordinal), series);
    }
}
