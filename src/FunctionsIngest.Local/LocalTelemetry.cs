using System.Diagnostics;
using FunctionsIngest.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FunctionsIngest.Local;

/// <summary>
/// Traces, metrics and log lines by OTLP, where its endpoint is set. The console has the log lines in any case.
/// </summary>
internal static class LocalTelemetry
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ServiceNameKey = "OTEL_SERVICE_NAME";

    /// <summary>Adds the exporter, and what of ASP.NET Core and of the HTTP client belongs to a trace.</summary>
    /// <exception cref="StartUpException">The endpoint is not an address.</exception>
    public static void AddTelemetry(this WebApplicationBuilder builder, Action<string> progress)
    {
        if (builder.Configuration[EndpointKey] is not { Length: > 0 } endpoint)
            return;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new StartUpException($"{EndpointKey} is '{endpoint}', which is not an address. Set it to one such as http://localhost:4317, or do not set it.");

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(builder.Configuration[ServiceNameKey] ?? IngestActivity.SourceName))
            .WithTracing(tracing => tracing
                .AddSource(IngestActivity.SourceName)
                .AddAspNetCoreInstrumentation()
                // The pump's polling and the sweep belong to no webhook, and would be most of what is exported.
                .AddHttpClientInstrumentation(http => http.FilterHttpRequestMessage = _ => Activity.Current?.ParentId is not null))
            .WithMetrics(metrics => metrics.AddMeter(IngestMetrics.MeterName).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation())
            .WithLogging()
            .UseOtlpExporter();
        builder.Services.Configure<OpenTelemetryLoggerOptions>(logging => (logging.IncludeScopes, logging.IncludeFormattedMessage) = (true, true));
        progress($"Traces, metrics and log lines go to {endpoint} as well ({EndpointKey})");
    }
}
