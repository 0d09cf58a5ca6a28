using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Infra;

/// <summary>What the templates and the documentation know of the app's metrics.</summary>
public sealed partial class MeterTests
{
    [Fact]
    public void The_templates_name_every_metric_of_the_app_and_no_other()
    {
        var named = JsonNode.Parse(File.ReadAllText(Path.Combine(Templates.Source, "metrics.json")))!.AsObject().Select(metric => metric.Value!.GetValue<string>());

        Assert.Equal(Meter.TagsByMetric.Keys.Order(), named.Order());
    }

    [Fact]
    public void The_documentation_lists_every_metric_with_its_tags()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app", "telemetry.md"));
        var listed = Row().Matches(page).Select(row => Describe(row.Groups["metric"].Value, Name().Matches(row.Groups["tags"].Value).Select(name => name.Value)));

        Assert.Equal(Meter.TagsByMetric.Select(metric => Describe(metric.Key, metric.Value)).Order(), listed.Order());

        static string Describe(string metric, IEnumerable<string> tags) => $"{metric}: {string.Join(' ', tags.Order())}";
    }

    [GeneratedRegex(@"^\| `(?<metric>ingest\.[a-z.]+)` \| [^|]+ \| (?<tags>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Name();
}
