using FunctionsIngest.Cli;
using FunctionsIngest.Cli.Identities;

namespace FunctionsIngest.Tests.Cli;

/// <summary>Where the user's sign-in goes, and where it does not.</summary>
public sealed class TokenTargetTests
{
    private const string Elsewhere = "https://storage.invalid/";

    [Theory]
    [InlineData("https://acme.queue.core.windows.net", true)]
    [InlineData("https://acme.BLOB.core.windows.net/", true)]
    [InlineData("https://acme-secondary.table.core.windows.net", true)]
    [InlineData("https://acme.z42.blob.storage.azure.net", true)]
    [InlineData("https://acme.queue.core.chinacloudapi.cn", true)]
    [InlineData("https://acme.table.core.usgovcloudapi.net", true)]
    [InlineData("http://acme.queue.core.windows.net", false)]
    [InlineData("https://acme.queue.core.windows.net.example.com", false)]
    [InlineData("https://acme.queue.core.windows.net@example.com", false)]
    [InlineData("https://queue.core.windows.net", false)]
    [InlineData("https://acmequeue.core.windows.net", false)]
    [InlineData("https://acme.azurewebsites.net", false)]
    [InlineData("https://acme.vault.azure.net", false)]
    [InlineData("https://127.0.0.1:10001/devstoreaccount1", false)]
    [InlineData("https://trusted.example:8443/", true)]
    [InlineData("http://trusted.example/", false)]
    [InlineData("not an address", false)]
    public void A_token_goes_to_hosts_of_Azure_Storage_and_to_those_that_are_allowed(string address, bool goes)
        => Assert.Equal(goes, new TokenTargets(["trusted.example"]).Refuse("--storage", address, AzureService.Storage) is null);

    [Theory]
    [InlineData("https://acme.vault.azure.net", true)]
    [InlineData("https://acme.vault.azure.cn/", true)]
    [InlineData("https://acme.vault.usgovcloudapi.net", true)]
    [InlineData("https://acme.vault.example.com", false)]
    [InlineData("https://acme.blob.core.windows.net", false)]
    public void A_token_for_a_vault_goes_to_vaults(string address, bool goes)
        => Assert.Equal(goes, new TokenTargets([]).Refuse("KeyVault:Uri", address, AzureService.Vault) is null);

    [Theory]
    [InlineData("poison list")]
    [InlineData("poison purge --all --yes")]
    [InlineData("events list")]
    [InlineData("events tail")]
    [InlineData("replay abcdef --yes")]
    public async Task A_token_never_goes_where_a_file_that_was_found_says(string line)
    {
        foreach (var address in new[] { Elsewhere, "https://acme.blob.core.windows.net" })
        {
            var run = await CliRun.RunAsync([], line.Split(' '), folder: Repository(Storage(address)));

            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Contains("WebhookStorage:queueServiceUri", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_found_is_named_with_the_way_to_give_it()
    {
        var run = await CliRun.RunAsync([], ["poison", "list"], folder: Repository(Storage("https://acme.blob.core.windows.net")));

        Assert.Contains("--config <file>", run.Error, StringComparison.Ordinal);
        Assert.Contains("WebhookStorage__queueServiceUri", run.Error, StringComparison.Ordinal);
        Assert.Contains("--storage", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_address_of_three_that_was_found_is_enough_to_refuse()
    {
        var environment = new Dictionary<string, string?>
        {
            ["WebhookStorage__queueServiceUri"] = "https://acme.queue.core.windows.net",
            ["WebhookStorage__blobServiceUri"] = "https://acme.blob.core.windows.net",
        };

        var run = await CliRun.RunAsync(environment, ["poison", "list"], folder: Repository(Storage(Elsewhere)));

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("WebhookStorage:tableServiceUri", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_does_not_ask_a_vault_that_was_found()
    {
        foreach (var vault in new[] { "https://vault.invalid", "https://acme.vault.azure.net" })
        {
            var run = await CliRun.RunAsync([], ["doctor", "--url", "http://127.0.0.1:1"], folder: Repository($$$"""{"KeyVault":{"Uri":"{{{vault}}}"}}"""));

            Assert.Contains("the vault was not asked", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_given_address_outside_Azure_needs_a_yes_for_its_host()
    {
        string[][] ways = [["--storage", "https://acme.blob.storage.invalid"], ["--config", CliRun.NewFile(Storage(Elsewhere))]];
        foreach (var way in ways)
        {
            var run = await CliRun.RunAsync([], ["poison", "list", .. way]);

            Assert.Equal(ExitCode.Usage, run.ExitCode);
            Assert.Contains("--allow-host ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_yes_for_one_host_is_none_for_its_siblings()
    {
        var run = await CliRun.RunAsync("poison", "list", "--storage", "https://acme.blob.storage.invalid", "--allow-host", "acme.blob.storage.invalid");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--allow-host acme.queue.storage.invalid", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://acme.example.com")]
    [InlineData("https://")]
    public async Task An_address_that_is_not_an_account_s_is_told(string address)
    {
        var run = await CliRun.RunAsync("poison", "list", "--storage", address);

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("https://<account>.blob.core.windows.net", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_one_service_names_all_three()
    {
        var options = new Storage.StorageOptions { ConnectionString = "x" };

        AccountAddress.Apply(options, "https://acme.table.core.windows.net/");

        Assert.Null(options.ConnectionString);
        Assert.Equal(
            ("https://acme.queue.core.windows.net", "https://acme.table.core.windows.net", "https://acme.blob.core.windows.net"),
            (options.QueueServiceUri, options.TableServiceUri, options.BlobServiceUri));
    }

    [Fact]
    public async Task A_mistaken_connection_string_is_answered_with_the_address_and_the_sign_in()
    {
        var run = await CliRun.RunAsync("events", "list", "--storage", "nonsense");

        Assert.Contains("az login", run.Error, StringComparison.Ordinal);
        Assert.Contains("https://<account>.blob.core.windows.net", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("access keys", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_development_secrets_are_read_from_the_folder_that_Local_DataPath_names()
    {
        var data = Directory.CreateTempSubdirectory("ingest-").FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "secrets.json"), """{"Secrets":{"acme":"a secret of some length"}}""");
        const string Settings = """{"Webhooks":{"Sources":{"acme":{"Scheme":"github","Secrets":["acme"]}}}""";
        var folders = new (string Folder, Dictionary<string, string?> Environment)[]
        {
            (Repository(Settings + "}"), new() { ["Local__DataPath"] = data }),
            (Repository($$$"""{{{Settings}}},"Local":{"DataPath":"{{{data.Replace('\\', '/')}}}"}}"""), []),
        };

        foreach (var (folder, environment) in folders)
            Assert.Equal(ExitCode.Ok, (await CliRun.RunAsync(environment, ["send", "acme", "--dry-run"], folder: folder)).ExitCode);
    }

    [Fact]
    public async Task A_token_that_the_development_key_signs_is_shown()
    {
        using var pair = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP521);
        var key = pair.ExportPkcs8PrivateKeyPem();
        var folder = Repository("""{"Webhooks":{"Sources":{"qitech":{"Scheme":"qi-tech","Secrets":["qitech-public-key"]}}}}""");
        var data = Directory.CreateDirectory(Path.Combine(folder, "..", ".local")).FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "secrets.json"), System.Text.Json.JsonSerializer.Serialize(new { Secrets = new Dictionary<string, string> { ["qitech-private-key"] = key } }));

        var development = await CliRun.RunAsync([], ["send", "qitech", "--dry-run"], folder: folder);
        var given = await CliRun.RunAsync(new() { ["Secrets__qitech-private-key"] = key }, ["send", "qitech", "--dry-run"], folder: folder);

        Assert.Contains("AUTHORIZATION: eyJ", development.Output, StringComparison.Ordinal);
        Assert.Contains("AUTHORIZATION: <redacted>", given.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_local_host_s_ports_are_read_from_its_settings()
    {
        var folder = Repository("""{"Local":{"Azurite":{"BlobPort":1,"QueuePort":1,"TablePort":1}}}""");

        var run = await CliRun.RunAsync([], ["poison", "list"], folder: folder);

        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Contains("127.0.0.1:1", run.Error, StringComparison.Ordinal);
    }

    private static string Storage(string address)
        => $$$"""{"WebhookStorage":{"queueServiceUri":"{{{address}}}","tableServiceUri":"{{{address}}}","blobServiceUri":"{{{address}}}"}}""";

    /// <summary>A folder that looks like this repository.</summary>
    private static string Repository(string settings)
    {
        var root = Directory.CreateTempSubdirectory("ingest-").FullName;
        var local = Directory.CreateDirectory(Path.Combine(root, "src", "FunctionsIngest.Local")).FullName;
        File.WriteAllText(Path.Combine(local, "appsettings.json"), settings);
        return Directory.CreateDirectory(Path.Combine(root, "docs")).FullName;
    }
}
