using System.Security.Cryptography;
using FunctionsIngest.Configuration;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Core.Tests.Secrets;

/// <summary>Settings that name the same secret, and secrets with the same value.</summary>
public sealed class SharedSecretTests
{
    private static readonly ECDsa BankKey = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    private const string Client = "Webhooks:DeliveryTests:acme:ApiKeySecret";

    [Theory]
    [InlineData(null)]
    [InlineData("https://vault.example")]
    public void Two_sources_with_one_secret_do_not_start(string? vault)
        => Assert.Equal(
            ["Webhooks:Sources:one:Secrets and Webhooks:Sources:two:Secrets name the same secret, 'first', so a webhook of one could be sent to the other: give each a secret of its own. While a source is being renamed, set Webhooks:Sources:one:AllowSharedSecret to true."],
            Validate(("Webhooks:Sources:two:Secrets:0", "FIRST"), ("KeyVault:Uri", vault ?? "")).Select(error => error.Replace("FIRST", "first", StringComparison.Ordinal)));

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    public void They_do_if_one_of_them_allows_it(string source)
        => Assert.Empty(Validate(("Webhooks:Sources:two:Secrets:0", "first"), ($"Webhooks:Sources:{source}:AllowSharedSecret", "true")));

    [Fact]
    public void Of_three_every_two_need_one_that_allows_it()
        => Assert.StartsWith(
            "Webhooks:Sources:three:Secrets and Webhooks:Sources:two:Secrets name the same secret",
            Assert.Single(Validate(
                ("Webhooks:Sources:two:Secrets:0", "first"), ("Webhooks:Sources:three:Scheme", "begini"), ("Webhooks:Sources:three:Secrets:0", "first"), ("Webhooks:Sources:one:AllowSharedSecret", "true"))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("bank-key")]
    [InlineData("first")]
    public void A_client_key_is_nobody_s_secret_even_where_sharing_is_allowed(string name)
    {
        var errors = Validate([.. Bank("bank", name), ("Webhooks:Sources:bank:AllowSharedSecret", "true")]);

        Assert.Contains(errors, error => error.Contains($"name the same secret, '{name}', and a client key is sent in every request as it is: give each a secret of its own.", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_sources_share_a_client_key_only_where_it_is_allowed()
    {
        (string, string)[] both = [.. Bank("bank", "client"), .. Bank("newbank", "client"), ("Secrets:client", "4d7a91")];

        Assert.Contains(Validate(both), error => error.StartsWith("Webhooks:Sources:bank:ClientKey and Webhooks:Sources:newbank:ClientKey name the same secret", StringComparison.Ordinal));
        Assert.Empty(Validate([.. both, ("Webhooks:Sources:newbank:AllowSharedSecret", "true")]));
    }

    [Fact]
    public void A_client_of_the_delivery_test_shares_a_source_s_secret_only_where_that_allows_it()
    {
        Assert.Equal(
            [$"{Client} and Webhooks:Sources:one:Secrets name the same secret, 'first', so the client could sign the source's webhooks: give each a secret of its own. If it may, set Webhooks:Sources:one:AllowSharedSecret to true."],
            Validate((Client, "first")));
        Assert.Empty(Validate((Client, "first"), ("Webhooks:Sources:one:AllowSharedSecret", "true")));
    }

    [Fact]
    public async Task The_same_value_under_two_names_is_warned_of_once_at_the_start_and_when_a_later_read_brings_it()
    {
        var (one, two, three) = (Source("one"), Source("two"), Source("three"));
        var texts = new Dictionary<string, string> { ["one"] = "key-number-one", ["two"] = "key-number-one\n", ["three"] = "key-number-three" };
        using var ring = new Ring(new ScriptedReader(name => [new SecretVersion(texts[name])]), one, two, three);
        await ring.Keys.StartAsync(default);
        Assert.Equal([Warning("one", "two")], Warnings(ring));

        texts["three"] = "key-number-one";
        ring.Clock.Advance(TimeSpan.FromMinutes(5));
        ring.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal([Warning("one", "two"), Warning("one", "three"), Warning("three", "two")], Warnings(ring).OrderBy(warning => warning.Contains("three", StringComparison.Ordinal)).ThenBy(warning => warning, StringComparer.Ordinal));
        Assert.DoesNotContain(Warnings(ring), warning => warning.Contains("key-number", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_versions_of_one_secret_with_the_same_value_are_no_matter()
    {
        using var ring = new Ring(new ScriptedReader(_ => [new SecretVersion("key-number-one") { Id = "v2" }, new SecretVersion("key-number-one") { Id = "v1" }]), Source("one"));

        await ring.Keys.StartAsync(default);

        Assert.Empty(Warnings(ring));
    }

    [Fact]
    public async Task What_a_source_allows_is_said_at_the_start()
    {
        var weak = new Source { Name = "weak", Scheme = new PlainScheme(), SecretNames = ["weak"], AllowWeakSecret = true };
        var shared = new Source { Name = "shared", Scheme = new PlainScheme(), SecretNames = ["shared"], AllowSharedSecret = true };
        using var ring = new Ring(new ScriptedReader(name => [new SecretVersion($"key-number-one of {name}")]), weak, shared, Source("plain"));

        await ring.Keys.StartAsync(default);

        Assert.Equal(
            [
                "Warning: Source 'shared' sets AllowSharedSecret: a webhook of another source with the same secret could be sent to it.",
                "Warning: Source 'weak' sets AllowWeakSecret: a secret of fewer than 16 bytes is accepted, and it can be guessed.",
            ],
            ring.Logged.Order(StringComparer.Ordinal));
    }

    private static Source Source(string name) => new() { Name = name, Scheme = new PlainScheme(), SecretNames = [name] };

    private static string Warning(string first, string second)
        => $"The secrets '{first}' and '{second}' have the same value, so a webhook of one could be sent to the other. Have each sender make a secret of its own.";

    private static IEnumerable<string> Warnings(Ring ring) => ring.FingerprintLogger.Collector.GetSnapshot().Select(record => record.Message);

    private static (string, string)[] Bank(string source, string clientKey) =>
    [
        ($"Webhooks:Sources:{source}:Scheme", "qi-tech"),
        ($"Webhooks:Sources:{source}:Secrets:0", "bank-key"),
        ($"Webhooks:Sources:{source}:ClientKey", clientKey),
        ("Secrets:bank-key", BankKey.ExportSubjectPublicKeyInfoPem()),
    ];

    private static IReadOnlyList<string> Validate(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["WebhookStorage"] = "UseDevelopmentStorage=true",
            ["Webhooks:Sources:one:Scheme"] = "begini",
            ["Webhooks:Sources:one:Secrets:0"] = "first",
            ["Webhooks:Sources:two:Scheme"] = "stripe",
            ["Webhooks:Sources:two:Secrets:0"] = "second",
            ["Secrets:first"] = "the secret of the first source",
            ["Secrets:second"] = "the secret of the second source",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(all).Build();
        using var services = new ServiceCollection().AddLogging().AddWebhookIngestion(configuration).BuildServiceProvider();
        return [.. SettingsMistakes.Find(services).SelectMany(mistake => mistake.Failures)];
    }
}
