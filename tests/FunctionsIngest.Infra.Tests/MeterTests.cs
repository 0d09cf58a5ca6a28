using System.Text.Json.Nodes;

namespace FunctionsIngest.Infra;

/// <summary>What the templates know of the app's metrics.</summary>
public sealed class MeterTests
{
    [Fact]
    public void The_templates_name_every_metric_of_the_app_and_no_other()
    {
        var named = JsonNode.Parse(File.ReadAllText(Path.Combine(Templates.Source, "metrics.json")))!.AsObject().Select(metric => metric.Value!.GetValue<string>());

        Assert.Equal(Meter.TagsByMetric.Keys.Order(), named.Order());
    }
}
