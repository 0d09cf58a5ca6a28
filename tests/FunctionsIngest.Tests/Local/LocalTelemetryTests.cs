using System.Collections.Concurrent;
using System.Net;
using System.Text;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace FunctionsIngest.Tests.Local;

/// <summary>What the local host exports, as a collector that speaks OTLP over HTTP gets it.</summary>
public sealed class LocalTelemetryTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("functions-ingest-").FullName;
    private readonly ConcurrentDictionary<string, ConcurrentBag<string>> _exports = new();
    private WebApplication _collector = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _collector = builder.Build();
        _collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            // Texts are in the protocol's messages as they are.
            _exports.GetOrAdd(context.Request.Path.Value!, _ => []).Add(Encoding.Latin1.GetString(body.ToArray()));
        });
        await _collector.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _collector.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Traces_metrics_and_log_lines_go_to_the_endpoint_that_is_set()
    {
        await using var host = Start(_collector.Urls.Single());
        await host.WaitUntilListeningAsync();
        var (status, body) = await LocalHostProcess.TryAsync(host.TryLine("begini"), host.Url);
        Assert.Equal(HttpStatusCode.OK, status);
        var id = System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
        await ObservedHost.UntilAsync(() => Task.FromResult(host.Output.Contains("Processed psychometric_score.complete", StringComparison.Ordinal)));
        await host.SignalAsync("TERM");
        Assert.Equal(0, await host.WaitForEndAsync());

        var traces = Exported("/v1/traces");
        foreach (var text in (string[])["FunctionsIngest", "webhook receive", "webhook record", "webhook send", "webhook process", "webhook handle", id, "/webhooks(PartitionKey='begini-"])
            Assert.Contains(text, traces, StringComparison.Ordinal);
        // Polling the queue belongs to no webhook.
        Assert.DoesNotContain("webhook-events-poison/messages", traces, StringComparison.Ordinal);
        Assert.Contains("ingest.webhooks.received", Exported("/v1/metrics"), StringComparison.Ordinal);
        Assert.Contains("Accepted psychometric_score.complete.", Exported("/v1/logs"), StringComparison.Ordinal);
        Assert.Contains(id, Exported("/v1/logs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_is_no_address_is_told()
    {
        await using var host = Start("localhost:4317");

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT is 'localhost:4317'", host.Output, StringComparison.Ordinal);
        Assert.Contains("http://localhost:4317", host.Output, StringComparison.Ordinal);
    }

    private LocalHostProcess Start(string endpoint) => LocalHostProcess.Start(
        new Dictionary<string, string>
        {
            ["WebhookStorage"] = azurite.NewStorage(),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        },
        "--urls",
        "http://127.0.0.1:0",
        $"--Local:DataPath={_data}");

    private string Exported(string path) => string.Concat(_exports.GetValueOrDefault(path, []));
}
