using System.Diagnostics;
using System.Globalization;
using System.Text;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace FunctionsIngest.Tests.Telemetry;

/// <summary>What a host with OpenTelemetry exports.</summary>
internal sealed class ExportedTelemetry
{
    private readonly List<Activity> _spans = [];
    private readonly List<MetricSnapshot> _metrics = [];

    /// <summary>
    /// Adds OpenTelemetry to a host, as the app's own hosts do, with exporters that keep everything in memory.
    /// </summary>
    public void AddTo(IServiceCollection services) => services.AddOpenTelemetry()
        .WithTracing(tracing => tracing.AddSource(IngestActivity.SourceName).AddInMemoryExporter(_spans))
        .WithMetrics(metrics => metrics.AddMeter(IngestMetrics.MeterName).AddInMemoryExporter(_metrics));

    /// <summary>The only trace there is.</summary>
    public ActivityTraceId TraceId => Assert.Single(_spans.Select(span => span.TraceId).Distinct());

    /// <summary>
    /// Every trace as a tree: its spans in the order of their start, with what they say and what they are linked to.
    /// </summary>
    public string Trees()
    {
        var text = new StringBuilder();
        foreach (var root in ChildrenOf(default))
            Write(text, root, "", "");
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>
    /// Every series, as <c>name{tag=value,…}</c>, and what it says by now: a counter its sum, a gauge its value, a
    /// histogram its number of values and their sum.
    /// </summary>
    public Dictionary<string, string> Series(IServiceProvider services)
    {
        _metrics.Clear();
        Assert.True(services.GetRequiredService<MeterProvider>().ForceFlush());
        return (from metric in _metrics from point in metric.MetricPoints select (metric, point))
            .ToDictionary(item => $"{item.metric.Name}{{{TagsOf(item.point)}}}", item => ValueOf(item.metric.MetricType, item.point));
    }

    private static string TagsOf(MetricPoint point)
    {
        var tags = new List<string>();
        foreach (var (name, value) in point.Tags)
            tags.Add($"{name}={value}");
        return string.Join(',', tags.Order(StringComparer.Ordinal));
    }

    private static string ValueOf(MetricType type, MetricPoint point) => type switch
    {
        MetricType.LongSum => point.GetSumLong().ToString(CultureInfo.InvariantCulture),
        MetricType.DoubleGauge => point.GetGaugeLastValueDouble().ToString(CultureInfo.InvariantCulture),
        MetricType.Histogram => string.Create(CultureInfo.InvariantCulture, $"{point.GetHistogramCount()} of {point.GetHistogramSum()}"),
        _ => throw new NotSupportedException($"Say here what a {type} says."),
    };

    private IEnumerable<Activity> ChildrenOf(ActivitySpanId parent)
        => _spans.Where(span => span.ParentSpanId == parent).OrderBy(span => span.StartTimeUtc);

    private void Write(StringBuilder text, Activity span, string first, string further)
    {
        text.Append(CultureInfo.InvariantCulture, $"{first}{span.DisplayName} ({span.Kind.ToString().ToLowerInvariant()}");
        if (span.Status != ActivityStatusCode.Unset)
            text.Append(CultureInfo.InvariantCulture, $", {span.Status}: {span.StatusDescription}");
        text.Append(')');
        foreach (var (name, value) in span.TagObjects)
            text.Append(CultureInfo.InvariantCulture, $" {name}={value}");
        foreach (var link in span.Links)
            text.Append(CultureInfo.InvariantCulture, $" ~> {link.Context.TraceId}");
        text.Append('\n');

        var children = ChildrenOf(span.SpanId).ToList();
        foreach (var (index, child) in children.Index())
        {
            var isLast = index == children.Count - 1;
            Write(text, child, further + (isLast ? "└─ " : "├─ "), further + (isLast ? "   " : "│  "));
        }
    }
}
