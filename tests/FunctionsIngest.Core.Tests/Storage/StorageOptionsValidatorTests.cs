using FunctionsIngest.Storage;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Core.Tests.Storage;

public sealed class StorageOptionsValidatorTests
{
    private const string ConnectionString = "DefaultEndpointsProtocol=https;AccountName=hooks;AccountKey=aHVzaC1odXNo;EndpointSuffix=core.windows.net";

    [Theory]
    [InlineData("webhook-events")]
    [InlineData("abc")]
    [InlineData("a-0")]
    [InlineData("12345678901234567890123456789012345678901234567890123456")]
    public void Good_settings_pass(string queue) => Assert.Empty(Validate(new() { ["WebhookStorage"] = ConnectionString, ["WebhookQueue"] = queue }));

    [Fact]
    public void Addresses_for_an_identity_pass() => Assert.Empty(Validate(Addresses()));

    [Theory]
    [InlineData("ab")]
    [InlineData("Webhook-Events")]
    [InlineData("webhook--events")]
    [InlineData("-events")]
    [InlineData("events-")]
    [InlineData("web_hook")]
    [InlineData("webhook-events\n")]
    [InlineData("123456789012345678901234567890123456789012345678901234567")]
    public void A_bad_queue_name_is_named_with_its_fix(string queue)
    {
        var error = Assert.Single(Validate(new() { ["WebhookStorage"] = ConnectionString, ["WebhookQueue"] = queue }));

        Assert.StartsWith($"WebhookQueue is '{queue}'", error);
        Assert.Contains("3 to 56", error);
    }

    [Fact]
    public void No_storage_at_all_is_a_mistake()
    {
        var error = Assert.Single(Validate([]));

        Assert.StartsWith("WebhookStorage is not set", error);
        Assert.Contains("queueServiceUri", error);
    }

    [Theory]
    [InlineData("hush-hush")]
    [InlineData("AccountName=hooks;AccountKey=hush-hush")]
    [InlineData("BlobEndpoint=https://hooks.example;SharedAccessSignature=hush-hush")]
    [InlineData(";;;hush-hush=;;")]
    public void A_bad_connection_string_is_named_and_not_repeated(string connectionString)
    {
        var error = Assert.Single(Validate(new() { ["WebhookStorage"] = connectionString }));

        Assert.StartsWith("WebhookStorage is not a connection string", error);
        Assert.DoesNotContain("hush-hush", error);
    }

    [Theory]
    [InlineData("queueServiceUri", null)]
    [InlineData("tableServiceUri", "hooks.table.core.windows.net")]
    [InlineData("blobServiceUri", "http://hooks.blob.core.windows.net")]
    public void An_address_that_is_missing_or_not_https_is_named_with_an_example(string key, string? value)
    {
        var settings = Addresses();
        settings[$"WebhookStorage:{key}"] = value;

        var error = Assert.Single(Validate(settings));

        Assert.StartsWith($"WebhookStorage:{key} is '{value}'", error);
        Assert.Contains($"https://<account>.{key[..^"ServiceUri".Length]}.core.windows.net", error);
    }

    [Fact]
    public void All_mistakes_are_reported_together()
        => Assert.Equal(2, Validate(new() { ["WebhookQueue"] = "UPPER" }).Count);

    private static Dictionary<string, string?> Addresses() => new()
    {
        ["WebhookStorage:queueServiceUri"] = "https://hooks.queue.core.windows.net",
        ["WebhookStorage:tableServiceUri"] = "https://hooks.table.core.windows.net",
        ["WebhookStorage:blobServiceUri"] = "https://hooks.blob.core.windows.net",
    };

    private static IReadOnlyList<string> Validate(Dictionary<string, string?> settings)
    {
        var options = new StorageOptions();
        StorageOptions.Bind(options, new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        return [.. new StorageOptionsValidator().Validate(null, options).Failures ?? []];
    }
}
