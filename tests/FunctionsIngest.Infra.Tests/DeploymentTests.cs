using System.Text.Json.Nodes;

namespace FunctionsIngest.Infra;

/// <summary>What runs, how much of it, and how long data stays.</summary>
[Collection(nameof(Templates))]
public sealed class DeploymentTests(Templates templates)
{
    [BicepTheory]
    [InlineData("main", 2048, 100, 1, 100, "false", "Standard_LRS")]
    [InlineData("large", 4096, 400, 6, 200, "true", "Standard_ZRS")]
    public void The_app_runs_on_Flex_Consumption_with_instances_ready_for_HTTP(
        string deployment, int memory, int instances, int alwaysReady, int concurrency, string zoneRedundant, string storage)
    {
        var plan = Single(deployment, "Microsoft.Web/serverfarms");
        var config = Single(deployment, "Microsoft.Web/sites").At("functionAppConfig")!;
        var scale = config["scaleAndConcurrency"]!;

        Assert.Equal("FC1", plan.Json["sku"]!["name"]!.GetValue<string>());
        Assert.Equal(zoneRedundant, plan.Text("zoneRedundant"));
        Assert.Equal(storage, Single(deployment, "Microsoft.Storage/storageAccounts").Json["sku"]!["name"]!.GetValue<string>());
        Assert.Equal("dotnet-isolated", config["runtime"]!["name"]!.GetValue<string>());
        Assert.Equal("10.0", config["runtime"]!["version"]!.GetValue<string>());
        Assert.Equal(memory, scale["instanceMemoryMB"]!.GetValue<int>());
        Assert.Equal(instances, scale["maximumInstanceCount"]!.GetValue<int>());
        Assert.Equal("http", scale["alwaysReady"]![0]!["name"]!.GetValue<string>());
        Assert.Equal(alwaysReady, scale["alwaysReady"]![0]!["instanceCount"]!.GetValue<int>());
        Assert.Equal(concurrency, scale["triggers"]!["http"]!["perInstanceConcurrency"]!.GetValue<int>());
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Queue_poison_queue_and_table_are_there_under_the_names_that_the_app_uses(string deployment)
    {
        var queue = templates.Settings(deployment)["WebhookQueue"];

        Assert.Equal([queue, $"{queue}-poison"], NamesOf(deployment, "Microsoft.Storage/storageAccounts/queueServices/queues"));
        Assert.Equal(["webhooks"], NamesOf(deployment, "Microsoft.Storage/storageAccounts/tableServices/tables"));
    }

    [BicepTheory]
    [InlineData("main", 30, null)]
    [InlineData("large", null, 400)]
    public void Only_the_archive_has_a_rule_and_nothing_is_deleted_unless_a_parameter_says_when(string deployment, int? coolAfter, int? deletedAfter)
    {
        var rule = Assert.Single(Single(deployment, "Microsoft.Storage/storageAccounts/managementPolicies").At("policy", "rules")!.AsArray())!["definition"]!;
        var actions = rule["actions"]!["baseBlob"]!.AsObject();

        Assert.Equal(["webhook-archive/"], rule["filters"]!["prefixMatch"]!.AsArray().Select(prefix => prefix!.GetValue<string>()));
        Assert.Equal((coolAfter, deletedAfter), (DaysUntil("tierToCool"), DaysUntil("delete")));
        Assert.Empty(actions.Select(action => action.Key).Except(["tierToCool", "delete"]));

        int? DaysUntil(string action) => actions[action]?["daysAfterModificationGreaterThan"]!.GetValue<int>();
    }

    [Fact]
    public void The_host_gives_a_message_back_late_and_gives_it_up_after_five_deaths()
    {
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app", "host.json")))!;

        Assert.Equal("OpenTelemetry", host["telemetryMode"]!.GetValue<string>());
        Assert.Equal("", host["extensions"]!["http"]!["routePrefix"]!.GetValue<string>());
        Assert.Equal("none", host["extensions"]!["queues"]!["messageEncoding"]!.GetValue<string>());
        Assert.Equal("00:00:30", host["extensions"]!["queues"]!["visibilityTimeout"]!.GetValue<string>());
        Assert.Equal(5, host["extensions"]!["queues"]!["maxDequeueCount"]!.GetValue<int>());
    }

    private Resource Single(string deployment, string type) => templates.Resources(deployment).Single(resource => resource.Is(type));

    private IEnumerable<string> NamesOf(string deployment, string type)
        => templates.Resources(deployment).Where(resource => resource.Is(type)).Select(resource => resource.Name.Split('/')[^1]).Order();
}
