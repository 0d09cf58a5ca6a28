using System.Text;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using FunctionsIngest;
using FunctionsIngest.Configuration;
using FunctionsIngest.Receiving;
using FunctionsIngest.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;

var builder = FunctionsApplication.CreateBuilder(args);
// First, so that what runs after it logs within its scope.
builder.UseMiddleware<InvocationLogScope>();
builder.ConfigureFunctionsWebApplication();
builder.Services.AddWebhookIngestion(builder.Configuration);
// The worker sees the host alone, so no peer of a connection is a sender.
builder.Services.Configure<ReceivingOptions>(receiving => receiving.PeerIsHost = true);
builder.Logging.NameWebhooks("WorkerLoggerProvider");

// Webhooks:MaxBodyBytes is enforced while the body is read, and answered with 413. A limit of Kestrel's own would cut
// the connection while the host still forwards the body, and the host would answer 500 instead. The host lets 100 MB
// through. The bytes of a header are Latin-1 (RFC 9110). As UTF-8, one é of a sender would be a bare 400.
builder.Services.Configure<KestrelServerOptions>(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
});

var telemetry = builder.Services.AddOpenTelemetry()
    .UseFunctionsWorkerDefaults()
    .WithTracing(tracing => tracing.AddSource("FunctionsIngest"))
    .WithMetrics(metrics => metrics.AddMeter("FunctionsIngest"));
builder.Services.Configure<OpenTelemetryLoggerOptions>(logging => logging.IncludeScopes = true);

if (builder.Configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connection)
{
    telemetry.UseAzureMonitorExporter(exporter =>
    {
        exporter.ConnectionString = connection;
        if (builder.Configuration["AZURE_CLIENT_ID"] is { Length: > 0 } identity)
            exporter.Credential = new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(identity));
    });
}

var app = builder.Build();
var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
try
{
    await app.RunAsync();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    // Told to stop while it was still starting.
    return 0;
}
catch (Exception exception) when (SettingsMistakes.In(exception) is { } mistakes)
{
    // The host shows what its worker writes here; its log is not open yet.
    await Console.Error.WriteLineAsync(mistakes);
    return 1;
}
