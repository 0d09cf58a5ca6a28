using FunctionsIngest.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Core.Tests.Configuration;

public sealed class KnownSettingsTests
{
    [Theory]
    [InlineData("Webhook:Sources:shop:Scheme", "Webhook is not a setting of this app. Did you mean Webhooks?")]
    [InlineData("Secret:begini-api-key", "Secret is not a setting of this app. Did you mean Secrets?")]
    [InlineData("KeyVualt:Uri", "KeyVualt is not a setting of this app. Did you mean KeyVault?")]
    [InlineData("Locall:DataPath", "Locall is not a setting of this app. Did you mean Local?")]
    [InlineData("WebhookStorge", "WebhookStorge is not a setting of this app. Did you mean WebhookStorage?")]
    [InlineData("WebookQueue", "WebookQueue is not a setting of this app. Did you mean WebhookQueue?")]
    [InlineData("Webhooks:Retentoin", "Did you mean Webhooks:Retention?")]
    [InlineData("Webhooks:Sources:begini:Shceme", "Did you mean Webhooks:Sources:begini:Scheme?")]
    public void A_misspelt_section_or_setting_is_an_error_with_a_suggestion(string key, string expected)
        => Assert.Contains(MistakesOf(key), mistake => mistake.EndsWith(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("SECRET")]
    [InlineData("LOCALE")]
    [InlineData("WEBHOOK_URL")]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("LOCAL:DataPath")]
    [InlineData("PATH")]
    [InlineData("FUNCTIONS_WORKER_RUNTIME")]
    [InlineData("AzureWebJobsStorage")]
    [InlineData("AzureFunctionsJobHost:logging")]
    public void What_is_for_others_is_left_alone(string key) => Assert.Empty(MistakesOf(key));

    private static IEnumerable<string> MistakesOf(string key)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["WebhookStorage"] = "UseDevelopmentStorage=true",
            ["Webhooks:Sources:begini:Scheme"] = "begini",
            ["Webhooks:Sources:begini:Secrets:0"] = "begini-api-key",
            ["Secrets:begini-api-key"] = "a key of at least thirty-two letters",
            [key] = "x",
        }).Build();
        using var services = new ServiceCollection().AddLogging().AddWebhookIngestion(configuration).BuildServiceProvider();
        return SettingsMistakes.Find(services).SelectMany(mistake => mistake.Failures);
    }
}
