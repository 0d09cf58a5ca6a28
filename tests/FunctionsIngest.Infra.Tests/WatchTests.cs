using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Infra;

/// <summary>Alerts that somebody gets and can act on; queries that ask for what the app emits.</summary>
[Collection(nameof(Templates))]
public sealed partial class WatchTests(Templates templates)
{
    private static readonly string[] AlertTypes = ["Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/metricAlerts"];

    [BicepTheory]
    [InlineData("main", new[] { "poison", "queue-age", "refused", "server-errors", "throttled", "unavailable", "vault" })]
    [InlineData("large", new[] { "poison", "queue-age", "refused", "server-errors", "silence-aghanim", "silence-qitech", "throttled", "unavailable", "vault" })]
    public void Every_alert_is_there_is_on_tells_somebody_and_says_what_to_do(string deployment, string[] names)
    {
        var group = templates.Resources(deployment).Single(resource => resource.Is("Microsoft.Insights/actionGroups")).Id;
        var alerts = Alerts(deployment).ToList();

        Assert.Equal(names, alerts.Select(alert => alert.Name[..alert.Name.LastIndexOf('-')]).Order());
        foreach (var alert in alerts)
        {
            var actions = alert.At("actions", "actionGroups")?.AsArray().Select(action => action!.GetValue<string>())
                ?? alert.At("actions")!.AsArray().Select(action => action!["actionGroupId"]!.GetValue<string>());
            Assert.Equal([group], actions);
            Assert.Equal("true", alert.Text("enabled"));
            Assert.True(alert.Text("description") is { Length: >= 150 }, $"{alert.Name} does not say what to do.");
        }
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Queries_name_only_tables_metrics_and_dimensions_that_exist(string deployment)
    {
        var queries = Alerts(deployment).Where(alert => alert.Is(AlertTypes[0])).Select(alert => alert.At("criteria", "allOf")![0]!["query"]!.GetValue<string>()).Concat(WorkbookQueries(deployment)).ToList();

        Assert.True(queries.Count >= 17);
        foreach (var query in queries)
        {
            var table = query.Split('\n')[0];
            var metrics = Metric().Matches(query).Select(name => name.Groups[1].Value).Distinct().ToList();
            Assert.Contains(table, (string[])["AppMetrics", "AppRequests"]);
            Assert.True(metrics.Count > 0 == (table == "AppMetrics"), $"A query of the wrong table: {query}");
            Assert.All(metrics, metric => Assert.Contains(metric, Meter.TagsByMetric.Keys));
            var tags = metrics.SelectMany(metric => Meter.TagsByMetric[metric]).ToHashSet();
            Assert.All(Dimension().Matches(query), dimension => Assert.Contains(dimension.Groups[1].Value, tags));
        }
    }

    [BicepFact]
    public void The_workbook_shows_every_metric()
    {
        var queries = WorkbookQueries("main").ToList();

        Assert.All(Meter.TagsByMetric.Keys, metric => Assert.Contains(queries, query => query.Contains($"'{metric}'", StringComparison.Ordinal)));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void An_alert_measures_a_column_of_its_query_and_splits_by_columns_of_it(string deployment)
    {
        foreach (var criterion in Alerts(deployment).Where(alert => alert.Is(AlertTypes[0])).Select(alert => alert.At("criteria", "allOf")![0]!))
        {
            var query = criterion["query"]!.GetValue<string>();
            var columns = (criterion["dimensions"]?.AsArray() ?? []).Select(dimension => dimension!["name"]!.GetValue<string>())
                .Concat(criterion["metricMeasureColumn"] is { } measured ? [measured.GetValue<string>()] : []);
            Assert.All(columns, column => Assert.Contains($"{column} = ", query, StringComparison.Ordinal));
        }
    }

    [BicepFact]
    public void Only_sources_that_exist_are_watched_for_silence()
    {
        var sources = templates.Settings("large").Keys.Where(name => name.EndsWith("__Scheme", StringComparison.Ordinal)).Select(name => name.Split("__")[2]).ToList();
        var watched = Alerts("large").Where(alert => alert.Name.StartsWith("silence-", StringComparison.Ordinal)).Select(alert => alert.Name.Split('-')[1]).ToList();

        Assert.NotEmpty(watched);
        Assert.Subset(sources.ToHashSet(), watched.ToHashSet());
    }

    private IEnumerable<Resource> Alerts(string deployment) => templates.Resources(deployment).Where(resource => AlertTypes.Any(resource.Is));

    private IEnumerable<string> WorkbookQueries(string deployment)
    {
        var workbook = templates.Resources(deployment).Single(resource => resource.Is("Microsoft.Insights/workbooks"));
        return JsonNode.Parse(workbook.Text("serializedData")!)!["items"]!.AsArray().Select(item => item!["content"]!["query"]?.GetValue<string>()).OfType<string>();
    }

    [GeneratedRegex(@"'([a-z]+(?:\.[a-z]+){2})'")]
    private static partial Regex Metric();

    [GeneratedRegex(@"Properties\.([A-Za-z]+)")]
    private static partial Regex Dimension();
}
