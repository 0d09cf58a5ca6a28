using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Receiving;

public sealed class StartUpTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Every_mistake_of_the_configuration_is_reported_at_once()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => IngestHost.StartAsync("no connection string; AccountKey=hush-hush",
        [
            new("WebhookQueue", "Webhook_Events"),
            new("KeyVault:RefreshInterval", "-01:00:00"),
            new("Webhooks:Retention", "seven days"),
            new("Webhooks:Retentoin", "7.00:00:00"),
            new("Webhooks:MaxBodyBytes", "0"),
            new("Webhooks:RetryDelays", "00:00:10"),
            new("Webhooks:Sources:My-Shop:Scheme", "standard-webhooks"),
            new("Webhooks:Sources:begini:Scheme", "begining"),
            new("Webhooks:Sources:aghanim:Secrets:0", "whsec_hush-hush+hush/hush="),
            new("Webhooks:Sources:standard:AllowedIPs:0", "203.0.113.300"),
            new("Webhooks:Sources:other:Scheme", "begini"),
            new("Webhooks:Sources:other:Secrets:0", "no-such-secret"),
        ]));

        var text = error.ToString();
        string[] expected =
        [
            "WebhookStorage is not a connection string",
            "WebhookQueue is 'Webhook_Events'",
            "KeyVault:RefreshInterval",
            "Webhooks:Retention is 'seven days'",
            "Webhooks:Retentoin is not a setting",
            "Webhooks:MaxBodyBytes is 0",
            "Webhooks:RetryDelays is not a single value",
            "Webhooks:Sources:My-Shop: 'My-Shop' is not a name for a source",
            "Webhooks:Sources:begini:Scheme is 'begining'",
            "Webhooks:Sources:aghanim:Secrets:0 is not the name of a secret",
            "Webhooks:Sources:standard:AllowedIPs:0 is '203.0.113.300'",
            "Secrets:no-such-secret is not set",
        ];
        Assert.All(expected, part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_storage_nothing_starts()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => IngestHost.StartAsync(""));

        Assert.Contains("WebhookStorage is not set", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_its_scheme_cannot_use_is_refused_by_name_and_never_by_value()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => IngestHost.StartAsync(azurite.NewStorage(), [new("Secrets:standard-secret", "whsec_c2hvcnQ=")]));

        Assert.Contains("Secrets:standard-secret", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_cannot_be_reached_is_no_reason_not_to_start()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        proxy.Inject(StorageFault.CutBefore, _ => true);
        await using var host = await IngestHost.StartUnpreparedAsync(proxy.ConnectionString);

        Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Http.GetAsync("/health")).StatusCode);
        Assert.Empty(proxy.Calls);
    }
}
