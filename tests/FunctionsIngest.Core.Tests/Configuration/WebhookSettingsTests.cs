using FunctionsIngest.Configuration;
using FunctionsIngest.Receiving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Core.Tests.Configuration;

public sealed class WebhookSettingsTests
{
    [Fact]
    public void Good_settings_pass() => Assert.Empty(Validate([]));

    /// <summary>A setting, its bad value, and what the error must contain: the setting, the value, the fix.</summary>
    public static TheoryData<string, string?, string[]> Mistakes() => new()
    {
        { "Webhooks:Retention", "00:59:59", ["Webhooks:Retention", "00:59:59", "01:00:00"] },
        { "Webhooks:Retention", "366.00:00:00", ["Webhooks:Retention", "366.00:00:00", "365.00:00:00"] },
        { "Webhooks:Lease", "00:00:00.5", ["Webhooks:Lease", "00:00:00.5", "00:00:01"] },
        { "Webhooks:AnswerWithin", "00:01:01", ["Webhooks:AnswerWithin", "00:01:01", "00:01:00"] },
        { "Webhooks:StorageTryTimeout", "00:00:00", ["Webhooks:StorageTryTimeout", "00:00:00", "00:00:00.1"] },
        { "Webhooks:MaxBodyBytes", "0", ["Webhooks:MaxBodyBytes", "0", "1 to 104857600"] },
        { "Webhooks:MaxBodyBytes", "104857601", ["Webhooks:MaxBodyBytes", "104857601", "1 to 104857600"] },
        { "Webhooks:MaxBytesInMemory", "4194303", ["Webhooks:MaxBytesInMemory", "4194303", "4194304 to 1073741824"] },
        { "Webhooks:MaxBytesSpooled", "4194303", ["Webhooks:MaxBytesSpooled", "4194303", "4194304 to 1099511627776"] },
        { "Webhooks:StorageTries", "6", ["Webhooks:StorageTries", "6", "1 to 5"] },
        { "Webhooks:RetryDelays:0", "00:00:00", ["Webhooks:RetryDelays:0", "00:00:00", "more than zero"] },
        { "Webhooks:RetryDelays:0", "6.23:00:00", ["Webhooks:RetryDelays", "6.23:00:00", "7 days"] },
        { "Webhooks:TrustedProxies:0", "10.0.0.0/8", ["Webhooks:TrustedProxies", "is not a setting"] },
        { "Webhooks:ClientAddressHeader", "X-Forwarded-For", ["Webhooks:ClientAddressHeader", "X-Forwarded-For", "callers begin themselves", "X-Azure-ClientIP"] },
        { "Webhooks:ClientAddressHeader", "forwarded", ["Webhooks:ClientAddressHeader", "forwarded", "callers begin themselves"] },
        { "Webhooks:ClientAddressHeader", "X Client", ["Webhooks:ClientAddressHeader", "X Client", "not the name of a header"] },
        { "Webhooks:ClientAddressHeader", "X-Azure-ClientIP", ["Webhooks:ClientAddressHeader", "X-Azure-ClientIP", "set Webhooks:FrontDoorId"] },
        { "Webhooks:ClientAddressHeader", "x-azure-socketip", ["Webhooks:ClientAddressHeader", "x-azure-socketip", "set Webhooks:FrontDoorId"] },
        { "Webhooks:FrontDoorId", "my-front-door", ["Webhooks:FrontDoorId", "my-front-door", "Front Door ID"] },
        { "Webhooks:BodyWithin", "00:00:00.9", ["Webhooks:BodyWithin", "00:00:00.9", "00:00:01"] },
        { "Webhooks:BodyWithin", "00:05:01", ["Webhooks:BodyWithin", "00:05:01", "00:05:00"] },
        { "Webhooks:Sources:begini:Scheme", "begin", ["Webhooks:Sources:begini:Scheme", "begin", "begini"] },
        { "Webhooks:Sources:begini:Scheme", "", ["Webhooks:Sources:begini:Scheme", "not set", "standard-webhooks"] },
        { "Webhooks:Sources:begini:Tolerance", "-00:00:01", ["Webhooks:Sources:begini:Tolerance", "-00:00:01", "remove it"] },
        { "Webhooks:Sources:begini:ReplayKey:0", "data/id", ["Webhooks:Sources:begini:ReplayKey:0", "data/id", "/data/id"] },
        { "Webhooks:Sources:begini:AllowedIPs:0", "example.com", ["Webhooks:Sources:begini:AllowedIPs:0", "example.com", "203.0.113.0/24"] },
        { "Webhooks:Sources:begini:AllowedIPs", "203.0.113.7", ["Webhooks:Sources:begini:AllowedIPs"] },
        { "Webhooks:Sources:Other:Scheme", "begini", ["Webhooks:Sources:", "lower-case"] },
        { "Webhooks:Sources:b:Scheme", "begini", ["Webhooks:Sources:b", "2 to 32"] },
        { "Webhooks:Sources:my-shop:Scheme", "begini", ["Webhooks:Sources:my-shop", "letters and digits"] },
        { "Webhooks:Sources:other:Scheme", "begini", ["Webhooks:Sources:other:Secrets", "empty", "Webhooks:Sources:other:Secrets:0"] },
        { "Webhooks:Sources:begini:Secrets:0", "no-such-secret", ["Secrets:no-such-secret", "not set", "Webhooks:Sources:begini:Secrets", "KeyVault:Uri"] },
        { "Secrets:begini-api-key", "<the API key that Begini gave you>", ["Secrets:begini-api-key", "'begini'", "a placeholder", "as the sender shows it"] },
        { "Secrets:begini-api-key", "{\n \"webhookSecret\": \"kE9fVb2Qx7Lm4Rt8\"\n}", ["Secrets:begini-api-key", "'begini'", "begins with a bracket", "write the key alone"] },
        { "Secrets:begini-api-key", "# the key\nkE9fVb2Qx7Lm4Rt8", ["Secrets:begini-api-key", "'begini'", "a line break", "an entry of a list"] },
        { "Secrets:begini-api-key", "k7", ["Secrets:begini-api-key", "'begini'", "2 bytes", "16", "Webhooks:Sources:begini:AllowWeakSecret = true"] },
        { "Secrets:begini-api-key", "v1,whsec_kE9fVb2Qx7Lm4Rt8", ["Secrets:begini-api-key", "'begini'", "write it as whsec_…"] },
        { "Secrets:begini_api_key", "kE9fVb2Qx7Lm4Rt8", ["Secrets:begini-api-key", "Secrets:begini_api_key", "both set", "remove one"] },
        { "Secrets:begini-api-key:0", "kE9fVb2Qx7Lm4Rt8", ["Secrets:begini-api-key", "a value and a list", "remove one"] },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_reported_with_setting_value_and_fix(string key, string? value, string[] expected)
    {
        var errors = Validate(new() { [key] = value });

        Assert.Contains(errors, error => Array.TrueForAll(expected, part => error.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1048576, 4194304, null)]
    [InlineData(1048577, 4194308, null)]
    [InlineData(1048577, 4194307, "set it to at least 4194308, or make MaxBodyBytes smaller")]
    [InlineData(104857600, 419430399, "set it to at least 419430400, or make MaxBodyBytes smaller")]
    public void A_source_has_room_for_its_largest_body_while_others_send(int maxBodyBytes, long maxBytesSpooled, string? problem)
    {
        var errors = Validate(new() { ["Webhooks:MaxBodyBytes"] = $"{maxBodyBytes}", ["Webhooks:MaxBytesSpooled"] = $"{maxBytesSpooled}" });

        if (problem is null)
            Assert.Empty(errors);
        else
            Assert.Contains(problem, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_behind_a_front_door_need_its_header_and_its_id()
        => Assert.Empty(Validate(new()
        {
            ["Webhooks:ClientAddressHeader"] = "X-Azure-ClientIP",
            ["Webhooks:FrontDoorId"] = "01234567-89AB-cdef-0123-456789abcdef",
            ["Webhooks:Sources:begini:AllowedIPs:0"] = "203.0.113.0/24",
        }, peerIsHost: true));

    [Fact]
    public void Where_the_peer_is_the_host_an_allow_list_without_a_header_is_a_mistake()
    {
        var settings = new Dictionary<string, string?> { ["Webhooks:Sources:begini:AllowedIPs:0"] = "203.0.113.0/24" };

        var error = Assert.Single(Validate(settings, peerIsHost: true));

        Assert.StartsWith("Webhooks:Sources:begini:AllowedIPs is set, and in this host every connection comes from the host itself", error, StringComparison.Ordinal);
        Assert.Contains("set Webhooks:ClientAddressHeader", error, StringComparison.Ordinal);
        Assert.Empty(Validate(settings));
        Assert.Empty(Validate([], peerIsHost: true));
    }

    [Fact]
    public void Retries_that_outlast_the_retention_are_refused()
    {
        var error = Assert.Single(Validate(new() { ["Webhooks:Retention"] = "17:00:00" }));

        Assert.Contains("Webhooks:RetryDelays", error);
        Assert.Contains("Webhooks:Retention is 17:00:00", error);
    }

    [Fact]
    public void Retries_that_outlast_the_retention_of_one_source_are_refused()
    {
        var error = Assert.Single(Validate(new() { ["Webhooks:Sources:begini:Retention"] = "17:00:00" }));

        Assert.Contains("Webhooks:RetryDelays", error);
        Assert.Contains("Webhooks:Sources:begini:Retention is 17:00:00", error);
    }

    [Theory]
    [InlineData("Secrets:0")]
    [InlineData("ClientKey")]
    public void A_secret_in_the_place_of_its_name_is_not_repeated(string setting)
    {
        const string Secret = "whsec_dGhpcy1pcy1hLXNlY3JldA==";

        var errors = Validate(new() { [$"Webhooks:Sources:begini:{setting}"] = Secret });

        Assert.Contains(errors, error => error.StartsWith($"Webhooks:Sources:begini:{setting} is not the name of a secret", StringComparison.Ordinal));
        Assert.DoesNotContain(errors, error => error.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void A_key_that_its_scheme_cannot_use_is_named_and_not_repeated()
    {
        var errors = Validate(new()
        {
            ["Webhooks:Sources:begini:Scheme"] = "standard-webhooks",
            ["Secrets:begini-api-key"] = "whsec_c2hvcnQ=",
        });

        var error = Assert.Single(errors);
        Assert.Contains("Secrets:begini-api-key", error);
        Assert.Contains("'begini'", error);
        Assert.DoesNotContain("c2hvcnQ", error);
    }

    [Fact]
    public void A_weak_secret_is_fine_where_its_source_allows_it()
        => Assert.Empty(Validate(new() { ["Secrets:begini-api-key"] = "k7", ["Webhooks:Sources:begini:AllowWeakSecret"] = "true" }));

    [Fact]
    public void Secrets_of_a_vault_are_not_looked_for_in_the_configuration()
        => Assert.Empty(Validate(new() { ["KeyVault:Uri"] = "https://vault.example", ["Secrets:begini-api-key"] = null }));

    [Fact]
    public void No_source_at_all_is_a_mistake()
    {
        var errors = Validate(new() { ["Webhooks:Retention"] = "7.00:00:00" }, withSource: false);

        Assert.Contains("Webhooks:Sources is empty", Assert.Single(errors));
    }

    [Fact]
    public void All_mistakes_are_reported_together()
    {
        var errors = Validate(new()
        {
            ["Webhooks:Retention"] = "x",
            ["Webhooks:Nothing"] = "1",
            ["Webhooks:MaxBodyBytes"] = "0",
            ["Webhooks:Sources:begini:Scheme"] = "nobody",
            ["Webhooks:Sources:begini:AllowedIPs:0"] = "10.0.0.0.1",
            ["Webhooks:Sources:UPPER:Scheme"] = "begini",
        });

        // The last one lacks its secrets as well.
        Assert.Equal(7, errors.Count);
    }

    private static IReadOnlyList<string> Validate(Dictionary<string, string?> settings, bool withSource = true, bool peerIsHost = false)
    {
        var all = new Dictionary<string, string?> { ["WebhookStorage"] = "UseDevelopmentStorage=true" };
        if (withSource)
        {
            all["Webhooks:Sources:begini:Scheme"] = "begini";
            all["Webhooks:Sources:begini:Secrets:0"] = "begini-api-key";
            all["Secrets:begini-api-key"] = "the-api-key-of-begini";
        }

        foreach (var (key, value) in settings)
            all[key] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        using var services = new ServiceCollection().AddLogging().AddWebhookIngestion(configuration)
            .Configure<ReceivingOptions>(receiving => receiving.PeerIsHost = peerIsHost).BuildServiceProvider();
        return [.. SettingsMistakes.Find(services).SelectMany(mistake => mistake.Failures)];
    }
}
