using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FunctionsIngest.Sources;

namespace FunctionsIngest.Infra;

/// <summary>The template's settings and the app's are the same.</summary>
[Collection(nameof(Templates))]
public sealed partial class SettingsTests(Templates templates)
{
    // The contract's flat keys, and the two of the section KeyVault that only the template knows.
    private static readonly HashSet<string> Required =
    [
        "WebhookQueue",
        "WebhookStorage__queueServiceUri", "WebhookStorage__tableServiceUri", "WebhookStorage__blobServiceUri", "WebhookStorage__credential", "WebhookStorage__clientId",
        "KeyVault__Uri", "KeyVault__ClientId",
    ];

    // What host, telemetry and Azure Identity read.
    private static readonly HashSet<string> Platform =
    [
        "AzureWebJobsStorage__queueServiceUri", "AzureWebJobsStorage__tableServiceUri", "AzureWebJobsStorage__blobServiceUri", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "AZURE_CLIENT_ID",
    ];

    private static readonly string[] KeyVaultSettings = ["RefreshInterval", "MaxVersions", "OutageTolerance"];

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Every_required_setting_is_there(string deployment)
    {
        var settings = templates.Settings(deployment);

        Assert.All(Required.Concat(Platform), name => Assert.False(string.IsNullOrEmpty(settings.GetValueOrDefault(name)), $"{name} is missing."));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void No_setting_is_unknown_to_the_app_and_all_names_are_possible_on_Linux(string deployment)
    {
        foreach (var name in templates.Settings(deployment).Keys)
        {
            Assert.Matches("^[A-Za-z0-9_]+$", name);
            Assert.True(Required.Contains(name) || Platform.Contains(name) || IsKnown(name), $"{name} is not a setting of the app.");
        }
    }

    [BicepFact]
    public void The_types_of_the_parameters_offer_every_setting_of_the_app_and_no_other()
    {
        Assert.Equal(NamesOf<WebhookOptions>().Where(name => name != nameof(WebhookOptions.Sources)), MembersOf("webhookSettings"));
        Assert.Equal(NamesOf<SourceOptions>(), MembersOf("_1.source"));
        Assert.Equal(NamesOf<SignatureOptions>(), MembersOf("_1.signature"));
        Assert.Equal(KeyVaultSettings.Order(), MembersOf("vaultSettings"));
    }

    [BicepTheory]
    [MemberData(nameof(Templates.Deployments), MemberType = typeof(Templates))]
    public void Sources_have_names_that_the_app_takes_and_name_their_secrets(string deployment)
    {
        var sources = templates.Settings(deployment).Where(setting => setting.Key.StartsWith("Webhooks__Sources__", StringComparison.Ordinal)).GroupBy(setting => setting.Key.Split("__")[2]).ToList();

        Assert.NotEmpty(sources);
        foreach (var source in sources)
        {
            Assert.Matches("^[a-z][a-z0-9]{1,31}$", source.Key);
            Assert.Contains(source, setting => setting.Key.EndsWith("__Scheme", StringComparison.Ordinal));
            Assert.Contains(source, setting => setting.Key.EndsWith("__Secrets__0", StringComparison.Ordinal));
            Assert.All(source.Where(setting => setting.Key.Contains("__Secrets__", StringComparison.Ordinal)), setting => Assert.Matches("^[A-Za-z0-9-]{1,127}$", setting.Value));
        }
    }

    [Fact]
    public void The_sample_for_one_machine_knows_the_same_settings()
    {
        var sample = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app", "local.settings.sample.json")))!["Values"]!.AsObject();
        string[] own = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "WebhookStorage", "WebhookQueue"];

        Assert.All(own, name => Assert.True(sample.ContainsKey(name), $"{name} is missing."));
        var secrets = sample.Where(setting => setting.Key.StartsWith("Secrets__", StringComparison.Ordinal)).ToDictionary(setting => setting.Key["Secrets__".Length..], setting => setting.Value!.GetValue<string>());
        Assert.All(secrets.Values, value => Assert.Matches("^<.+>$", value));
        Assert.All(sample.Select(setting => setting.Key).Except(own), name => Assert.True(name.StartsWith("Secrets__", StringComparison.Ordinal) || IsKnown(name), $"{name} is not a setting of the app."));
        var named = sample.Where(setting => SecretName().IsMatch(setting.Key)).Select(setting => setting.Value!.GetValue<string>());
        Assert.Equal(secrets.Keys.Order(), named.Order());
    }

    private static bool IsKnown(string name) => name.Split("__") switch
    {
        ["KeyVault", var setting] => KeyVaultSettings.Contains(setting),
        ["Webhooks", "Sources", _, .. var rest] => IsMember(typeof(SourceOptions), rest),
        ["Webhooks", .. var rest] => IsMember(typeof(WebhookOptions), rest),
        _ => false,
    };

    private static bool IsMember(Type options, string[] path)
    {
        if (path is [] || options.GetProperty(path[0]) is not { CanWrite: true } property)
            return false;

        var type = property.PropertyType;
        if (typeof(IEnumerable).IsAssignableFrom(type) && type != typeof(string))
            return path is [_, var index] && int.TryParse(index, out _);

        return path.Length == 1 ? type != typeof(SignatureOptions) : type == typeof(SignatureOptions) && IsMember(type, path[1..]);
    }

    private static IEnumerable<string> NamesOf<T>()
        => typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name).Order();

    private IEnumerable<string> MembersOf(string type) => templates.Template["definitions"]![type]!["properties"]!.AsObject().Select(property => property.Key).Order();

    [GeneratedRegex("^Webhooks__Sources__[a-z0-9]+__(Secrets__[0-9]+|ClientKey)$")]
    private static partial Regex SecretName();
}
