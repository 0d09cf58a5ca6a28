using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Infra;

/// <summary>The template's settings and the app's are the same.</summary>
[Collection(nameof(Templates))]
public sealed partial class SettingsTests(Templates templates)
{
    // Set by every deployment.
    private static readonly string[] Own =
    [
        "KeyVault:ClientId", "KeyVault:Uri",
        "WebhookQueue", "WebhookStorage:blobServiceUri", "WebhookStorage:clientId", "WebhookStorage:queueServiceUri", "WebhookStorage:tableServiceUri",
    ];

    // A key and secrets in the open, and what the local host alone reads: for one machine, never for Azure.
    private static readonly string[] NotInAzure =
    [
        "Local:Azurite:BlobPort", "Local:Azurite:InMemory", "Local:Azurite:QueuePort", "Local:Azurite:TablePort", "Local:DataPath", "Local:Invisibility", "Local:SettingsFile",
        "Secrets:<name>", "WebhookStorage",
    ];

    // What host, telemetry and Azure Identity read.
    private static readonly string[] Platform =
    [
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "APPLICATIONINSIGHTS_CONNECTION_STRING", "AZURE_CLIENT_ID",
        "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__clientId", "AzureWebJobsStorage__credential",
        "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__tableServiceUri",
        "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "WebhookStorage__credential",
    ];

    // The types of the parameters, and their sections.
    private static readonly Dictionary<string, string> Sections = new()
    {
        ["vaultSettings"] = "KeyVault",
        ["webhookSettings"] = "Webhooks",
        ["_1.source"] = "Webhooks:Sources:<source>",
        ["_1.deliveryTest"] = "Webhooks:DeliveryTests:<client id>",
        ["_1.signature"] = "Webhooks:Sources:<source>:Signature",
    };

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Every_setting_that_the_app_cannot_do_without_is_there(string deployment)
    {
        var settings = templates.Settings(deployment);

        Assert.All(
            Own.Select(key => key.Replace(":", "__", StringComparison.Ordinal)).Concat(Platform),
            name => Assert.False(string.IsNullOrEmpty(settings.GetValueOrDefault(name)), $"{name} is missing."));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void No_setting_is_unknown_to_the_app_and_all_names_are_possible_on_Linux(string deployment)
    {
        foreach (var name in templates.Settings(deployment).Keys)
        {
            Assert.Matches("^[A-Za-z0-9_]+$", name);
            Assert.True(Platform.Contains(name) || DocumentedSettings.Contains(name), $"{name} is not a setting of the app.");
        }
    }

    [BicepFact]
    public void The_types_of_the_parameters_offer_every_setting_of_a_section_and_no_other()
    {
        foreach (var (type, section) in Sections)
        {
            var offered = templates.Template["definitions"]![type]!["properties"]!.AsObject().Select(property => property.Key);
            Assert.Equal(DocumentedSettings.MembersOf(section).Where(name => name is not ("Sources" or "DeliveryTests") && !Own.Contains($"{section}:{name}")), offered.Order());
        }
    }

    [Fact]
    public void Every_documented_setting_is_set_by_the_template_or_offered_as_a_parameter_or_not_for_Azure()
    {
        var elsewhere = DocumentedSettings.Keys.Where(key => !Sections.Values.Any(section => key.StartsWith(section + ':', StringComparison.Ordinal))).Except(Own);

        Assert.Equal(NotInAzure, elsewhere.Order());
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Sources_name_their_scheme_and_their_secrets(string deployment)
    {
        var sources = templates.Settings(deployment).Where(setting => setting.Key.StartsWith("Webhooks__Sources__", StringComparison.Ordinal)).GroupBy(setting => setting.Key.Split("__")[2]).ToList();

        Assert.NotEmpty(sources);
        foreach (var source in sources)
        {
            Assert.Contains(source, setting => setting.Key.EndsWith("__Scheme", StringComparison.Ordinal));
            Assert.Contains(source, setting => setting.Key.EndsWith("__Secrets__0", StringComparison.Ordinal));
            Assert.All(source.Where(setting => SecretName().IsMatch(setting.Key)), setting => Assert.Matches("^[A-Za-z0-9-]{1,127}$", setting.Value));
        }
    }

    [Fact]
    public void The_sample_for_one_machine_knows_the_same_settings_and_holds_placeholders_for_all_secrets()
    {
        var sample = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app", "local.settings.sample.json")))!["Values"]!
            .AsObject().ToDictionary(setting => setting.Key, setting => setting.Value!.GetValue<string>());

        Assert.Equal("dotnet-isolated", sample["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Equal(["UseDevelopmentStorage=true", "UseDevelopmentStorage=true", "webhook-events"], [sample["AzureWebJobsStorage"], sample["WebhookStorage"], sample["WebhookQueue"]]);
        Assert.All(sample.Keys.Except(["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"]), name => Assert.True(DocumentedSettings.Contains(name), $"{name} is not a setting of the app."));
        var secrets = sample.Where(setting => setting.Key.StartsWith("Secrets__", StringComparison.Ordinal)).ToList();
        Assert.All(secrets, secret => Assert.Matches("^<.+>$", secret.Value));
        Assert.Equal(
            sample.Where(setting => SecretName().IsMatch(setting.Key)).Select(setting => setting.Value).Order(),
            secrets.Select(secret => secret.Key["Secrets__".Length..]).Order());
    }

    [GeneratedRegex("^Webhooks__Sources__[a-z0-9]+__(Secrets__[0-9]+|ClientKey)$")]
    private static partial Regex SecretName();
}
