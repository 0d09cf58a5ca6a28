using System.Diagnostics;
using System.Net;
using System.Text.Json;
using FunctionsIngest.Poison;
using FunctionsIngest.Tests.Infrastructure;
using Xunit.Abstractions;

namespace FunctionsIngest.Tests.Telemetry;

[Collection(TelemetryGroup.Name)]
public sealed class TraceTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const string Sender = "0af7651916cd43dd8448eb211c80319c";

    private readonly ExportedTelemetry _telemetry = new();

    [Fact]
    public async Task One_trace_follows_a_webhook_across_the_queue_to_its_handlers()
    {
        await using var app = await StartAsync(new RecordingHandler("credit-scores"));
        var (id, message) = await AcceptFromSenderAsync(app);
        var delivery = ObservedHost.Read(message).Delivery;
        var host = await ProcessAsync(app, message);

        AssertTrees($"""
            webhook receive (server) webhook.source=begini webhook.id={id} webhook.outcome=accepted webhook.reason=accepted http.response.status_code=200 ~> {Sender}
            ├─ webhook record (client)
            └─ webhook send (producer) messaging.message.id={delivery}
               └─ webhook process (consumer) webhook.source=begini messaging.message.id={delivery} webhook.id={id} webhook.attempt=1 ~> {host}
                  ├─ webhook handle (internal) webhook.handler=archive
                  └─ webhook handle (internal) webhook.handler=credit-scores
            """);
        Assert.NotEqual(Sender, _telemetry.TraceId.ToString());
    }

    [Fact]
    public async Task Retries_giving_up_and_a_redrive_stay_in_the_trace()
    {
        var isBroken = true;
        await using var app = await StartAsync(new RecordingHandler("credit-scores", _ => isBroken ? throw new TimeoutException("The database is down.") : Task.CompletedTask));
        var (id, message) = await AcceptFromSenderAsync(app);
        var delivery = ObservedHost.Read(message).Delivery;
        await app.Host.ProcessAsync(message);
        await app.Host.ProcessAsync(app.Proxy.Sent[^1].Body);
        isBroken = false;
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        var redriven = app.Proxy.Sent[^1].Body;
        await app.Host.ProcessAsync(redriven);

        AssertTrees($"""
            webhook receive (server) webhook.source=begini webhook.id={id} webhook.outcome=accepted webhook.reason=accepted http.response.status_code=200 ~> {Sender}
            ├─ webhook record (client)
            └─ webhook send (producer) messaging.message.id={delivery}
               ├─ webhook process (consumer) webhook.source=begini messaging.message.id={delivery} webhook.id={id} webhook.attempt=1
               │  ├─ webhook handle (internal) webhook.handler=archive
               │  └─ webhook handle (internal, Error: TimeoutException) webhook.handler=credit-scores
               ├─ webhook process (consumer) webhook.source=begini messaging.message.id={delivery} webhook.id={id} webhook.attempt=2
               │  └─ webhook handle (internal, Error: TimeoutException) webhook.handler=credit-scores
               └─ webhook process (consumer) webhook.source=begini messaging.message.id={ObservedHost.Read(redriven).Delivery} webhook.id={id} webhook.attempt=1
                  └─ webhook handle (internal) webhook.handler=credit-scores
            """);
    }

    [Fact]
    public async Task A_message_that_the_host_gave_up_stays_in_the_trace()
    {
        await using var app = await StartAsync();
        var (id, message) = await AcceptFromSenderAsync(app);
        var delivery = ObservedHost.Read(message).Delivery;

        await app.Host.Ingestion.KeepPoisonAsync(message, CancellationToken.None);

        AssertTrees($"""
            webhook receive (server) webhook.source=begini webhook.id={id} webhook.outcome=accepted webhook.reason=accepted http.response.status_code=200 ~> {Sender}
            ├─ webhook record (client)
            └─ webhook send (producer) messaging.message.id={delivery}
               └─ webhook give up (consumer) webhook.source=begini messaging.message.id={delivery} webhook.id={id} webhook.attempt=1
            """);
    }

    [Fact]
    public async Task A_refusal_is_a_trace_of_its_own_that_the_answer_names()
    {
        await using var app = await StartAsync();
        using var request = FromSender(Genuine.Begini("{}", key: "another key"));
        using var response = await app.Host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        Assert.Equal(_telemetry.TraceId.ToString(), problem.RootElement.GetProperty("traceId").GetString());
        AssertTrees($"webhook receive (server) webhook.source=begini webhook.outcome=refused webhook.reason=SignatureMismatch http.response.status_code=403 ~> {Sender}");
    }

    [Fact]
    public async Task A_path_that_no_source_has_is_not_named()
    {
        await using var app = await StartAsync();
        using var request = FromSender(Genuine.Post("nobody-knows-me", [1]));
        await app.Host.Http.SendAsync(request);

        AssertTrees($"webhook receive (server) webhook.source=unknown webhook.outcome=unknown webhook.reason=UnknownSource http.response.status_code=404 ~> {Sender}");
    }

    [Fact]
    public async Task A_503_is_an_error_and_says_what_was_missing()
    {
        await using var app = await StartAsync();
        using var fault = app.Fail(StorageStep.Send, StorageFault.Answer(503, "ServerBusy"));
        using var request = FromSender(Genuine.Begini("{}"));
        using var response = await app.Host.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        var sent = ObservedHost.Read(app.Proxy.Sent[^1].Body);
        AssertTrees($"""
            webhook receive (server, Error: Storage) webhook.source=begini webhook.id={sent.EventId} webhook.outcome=unavailable webhook.reason=Storage http.response.status_code=503 ~> {Sender}
            ├─ webhook record (client)
            └─ webhook send (producer) messaging.message.id={sent.Delivery}
            """);
    }

    private static HttpRequestMessage FromSender(HttpRequestMessage request)
    {
        request.Headers.Add("traceparent", $"00-{Sender}-b7ad6b7169203331-01");
        return request;
    }

    private static async Task<(string Id, BinaryData Message)> AcceptFromSenderAsync(ObservedHost app)
    {
        using var request = FromSender(Genuine.Begini("{}"));
        using var response = await app.Host.Http.SendAsync(request);
        var (status, _, id) = await IngestHost.ReadAsync(response);
        Assert.Equal(HttpStatusCode.OK, status);
        return (id!, app.Proxy.Sent[^1].Body);
    }

    /// <returns>The trace of the host, which knows nothing of the webhook's.</returns>
    private static async Task<ActivityTraceId> ProcessAsync(ObservedHost app, BinaryData message)
    {
        using var host = new Activity("host").Start();
        await app.Host.ProcessAsync(message);
        return host.TraceId;
    }

    private Task<ObservedHost> StartAsync(params IEnumerable<INamedHandler> handlers)
        => ObservedHost.StartAsync(azurite, handlers, [new("Webhooks:RetryDelays:0", "00:00:10"), new("Webhooks:StorageTries", "1")], _telemetry.AddTo);

    private void AssertTrees(string expected)
    {
        var trees = _telemetry.Trees();
        output.WriteLine(trees);
        Assert.Equal(expected, trees);
    }
}
