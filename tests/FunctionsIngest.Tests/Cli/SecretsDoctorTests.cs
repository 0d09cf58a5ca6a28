using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Cli;
using FunctionsIngest.Cli.Diagnostics;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using Moq;

namespace FunctionsIngest.Tests.Cli;

/// <summary>What <c>ingest doctor</c> says of secrets.</summary>
public sealed class SecretsDoctorTests
{
    private static readonly Source[] Sources =
    [
        new() { Name = "shop", Scheme = new PlainScheme(), SecretNames = ["shop-key"], AllowWeakSecret = true },
        new() { Name = "bank", Scheme = new PlainScheme(), SecretNames = ["bank-key"], ClientKeyName = "bank-client", AllowSharedSecret = true },
    ];

    [Fact]
    public async Task Good_secrets_of_a_vault_are_counted_and_what_sources_allow_is_named()
    {
        var check = await ExamineAsync(name => [new SecretVersion($"key-number-one of {name}")]);

        Assert.Equal(new Check("secrets", ExitCode.Ok, "4 read from the vault; 'bank' sets AllowSharedSecret; 'shop' sets AllowWeakSecret"), check);
    }

    [Fact]
    public async Task Every_version_that_the_app_would_refuse_is_named_and_never_shown()
    {
        var check = await ExamineAsync(name => name switch
        {
            "shop-key" => [new SecretVersion("<the secret of the shop>") { Id = "v2" }, new SecretVersion("key-number-one") { Id = "v1" }],
            "bank-key" => [],
            "bank-client" => [new SecretVersion("one\ntwo") { Id = "v1" }],
            _ => [new SecretVersion("kE9fVb2Qx7") { Id = "v1" }],
        });

        Assert.Equal((ExitCode.No, "4 to mend; 'bank' sets AllowSharedSecret; 'shop' sets AllowWeakSecret"), (check.ExitCode, check.Finding));
        Assert.Equal(
            [
                "Secret 'shop-key', version v2 is not a key that source 'shop' can use: it is a placeholder, and no secret. Add a good version, and disable this one.",
                "Secret 'bank-key' has no value in force: set it with az keyvault secret set --vault-name <name> --name bank-key --file <file>.",
                "Secret 'bank-client', version v1 is not a key that source 'bank' can use: it has a line break inside, and a secret is one key: give each key a secret of its own, or an entry of a list. Add a good version, and disable this one.",
                "Secret 'acme-key', version v1 is not a key that the delivery test's client 'acme' can use: it has 10 bytes, and a shared secret needs 16. Add a good version, and disable this one.",
            ],
            check.Advice!.Split(Environment.NewLine));
    }

    [Fact]
    public async Task Of_secrets_in_the_configuration_it_names_what_sources_allow()
        => Assert.Equal(
            Check.Well("secrets", "read from the configuration; 'bank' sets AllowSharedSecret; 'shop' sets AllowWeakSecret"),
            await new SecretsDoctor(Sources, new DeliveryTestsOptions(), null).ExamineAsync(default));

    private static Task<Check> ExamineAsync(Func<string, IReadOnlyList<SecretVersion>> read)
    {
        var vault = new Mock<ISecretReader> { CallBase = true };
        vault.Setup(reader => reader.ReadAsync(It.IsAny<string>(), It.IsAny<Func<string, bool>>(), It.IsAny<CancellationToken>())).ReturnsAsync((string name, Func<string, bool> _, CancellationToken _) => read(name));
        vault.Setup(reader => reader.Describe(It.IsAny<string>())).Returns((string name) => $"Secret '{name}'");
        var clients = new DeliveryTestsOptions { DeliveryTests = { ["acme"] = new DeliveryTestOptions { ApiKeySecret = "acme-key" } } };
        return new SecretsDoctor(Sources, clients, vault.Object).ExamineAsync(default);
    }
}
