using System.Net;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using FunctionsIngest.Storage;
using FunctionsIngest.Tests.Cli;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Local;

/// <summary>The settings of a laptop: where they come from, what a mistake says, what a change does.</summary>
public sealed class LocalSettingsTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>, IDisposable
{
    private const string Secret = "the secret of the shop, at least 32 letters";

    private readonly string _data = Directory.CreateTempSubdirectory("functions-ingest-").FullName;
    private readonly string _storage = azurite.NewStorage();

    private string SettingsPath => Path.Combine(_data, "local.settings.json");

    private string SecretsPath => Path.Combine(_data, "secrets.json");

    [Fact]
    public async Task Sources_and_secrets_of_local_settings_json_are_served_and_the_default_ones_are_gone()
    {
        WriteSettings(new()
        {
            ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated",
            ["AzureWebJobsStorage"] = "UseDevelopmentStorage=true",
            ["Webhooks__Sources__shop__Scheme"] = "github",
            ["Webhooks__Sources__shop__Secrets__0"] = "shop-secret",
            ["Secrets__shop-secret"] = Secret,
        });
        await using var host = Start();
        await host.WaitUntilListeningAsync();

        var (status, body) = await LocalHostProcess.TryAsync(host.TryLine("shop"), host.Url);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"accepted\"", body, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = host.Url };
        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync("/webhooks/begini", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Contains($"Settings of this machine: {SettingsPath}", host.Output, StringComparison.Ordinal);

        // Every line about the webhook names it.
        var id = JsonDocument.Parse(body).RootElement.GetProperty("id").GetString()!;
        await ObservedHost.UntilAsync(() => Task.FromResult(host.Output.Contains($"shop {id[..12]}: Processed ", StringComparison.Ordinal)));
        Assert.Contains($"shop {id[..12]}: Accepted ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_goes_before_local_settings_json_and_that_before_the_development_secrets()
    {
        WriteSettings(new() { ["Secrets__begini-api-key"] = Secret, ["Secrets__aghanim-secret"] = Secret });
        await using var host = Start(new() { ["Secrets__aghanim-secret"] = "another secret, of the environment" });
        await host.WaitUntilListeningAsync();

        Assert.Equal(0, (await SendAsync(host, "begini", Secret)).ExitCode);
        Assert.Equal(0, (await SendAsync(host, "aghanim", "another secret, of the environment")).ExitCode);
        Assert.Equal(1, (await SendAsync(host, "aghanim", Secret)).ExitCode);
    }

    [Fact]
    public async Task A_secret_that_changes_in_either_file_holds_at_once_and_a_broken_file_changes_nothing()
    {
        WriteSettings(new() { ["Secrets__begini-api-key"] = Secret });
        await using var host = Start();
        await host.WaitUntilListeningAsync();
        Assert.Equal(0, (await SendAsync(host, "begini", Secret)).ExitCode);

        await File.WriteAllTextAsync(SettingsPath, "{ \"Values\": {");
        await File.WriteAllTextAsync(SecretsPath, "{ \"Secrets\"");
        await ObservedHost.UntilAsync(() => Task.FromResult(Count(host.Output, "has changed and cannot be read: it is not JSON") == 2));
        Assert.Equal(0, (await SendAsync(host, "begini", Secret)).ExitCode);

        WriteSettings(new() { ["Secrets__begini-api-key"] = "the key that the sender has now" });
        await File.WriteAllTextAsync(SecretsPath, """{ "Secrets": { "standardwebhooks-secret": "whsec_bWVuZGVkLCBhbmQgYXQgbGVhc3QgMjQgYnl0ZXM=" } }""");
        await ObservedHost.UntilAsync(() => Task.FromResult(Count(host.Output, " again. Changed secrets hold") == 2));

        Assert.Equal(0, (await SendAsync(host, "begini", "the key that the sender has now")).ExitCode);
        Assert.Equal(0, (await SendAsync(host, "standardwebhooks", "whsec_bWVuZGVkLCBhbmQgYXQgbGVhc3QgMjQgYnl0ZXM=")).ExitCode);
        Assert.Equal(1, (await SendAsync(host, "begini", Secret)).ExitCode);
        Assert.Equal(2, Count(host.Output, "has changed and cannot be read"));
    }

    [Theory]
    [InlineData("""{"Secrets": {"begini-api-key": "sesame""", "it is not JSON: look at line 1")]
    [InlineData("", "it is not JSON: look at line 1")]
    [InlineData("[]", "it is not a JSON object")]
    [InlineData("""{"begini-api-key": "sesame"}""", "it is not of the form")]
    public async Task A_broken_secrets_json_is_one_sentence_with_the_file_and_the_fix(string content, string expected)
    {
        await File.WriteAllTextAsync(SecretsPath, content);

        var output = await FailAsync();

        Assert.Contains($"The settings {SecretsPath} cannot be used: {expected}", output, StringComparison.Ordinal);
        Assert.Contains("remove it: then the local host makes new development secrets.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_secrets_json_is_told()
    {
        Directory.CreateDirectory(SecretsPath);

        Assert.Contains($"The settings {SecretsPath} cannot be used: it is a folder", await FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_local_settings_json_is_told()
    {
        await File.WriteAllTextAsync(SettingsPath, "{ \"Values\": {\n");

        Assert.Contains($"The settings {SettingsPath} cannot be used: it is not JSON: look at line 2", await FailAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_that_is_named_and_not_there_is_told()
        => Assert.Contains("Local:SettingsFile is '/nowhere/settings.json', and there is no such file", await FailAsync(new() { ["Local__SettingsFile"] = "/nowhere/settings.json" }), StringComparison.Ordinal);

    [Fact]
    public async Task A_data_path_that_is_a_file_is_told()
    {
        var file = Path.Combine(_data, "file");
        await File.WriteAllTextAsync(file, "");

        foreach (var path in (string[])[file, Path.Combine(file, "below")])
        {
            var output = await FailAsync(dataPath: path);
            Assert.Contains($"The local host cannot keep its data in {path}: ", output, StringComparison.Ordinal);
            Assert.Contains("Set Local:DataPath to a folder that it may write to", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_data_path_that_cannot_be_written_to_is_told()
    {
        // Not even root can make a folder there.
        var path = OperatingSystem.IsLinux() ? "/proc/functions-ingest" : Path.Combine(_data, "nul\u0001", "?");

        Assert.Contains($"The local host cannot keep its data in {path}: ", await FailAsync(dataPath: path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_deleted_under_a_running_host_is_made_again_without_a_trace_of_a_stack()
    {
        await using var host = Start();
        await host.WaitUntilListeningAsync();
        var queues = new QueueServiceClient(_storage);
        await foreach (var queue in queues.GetQueuesAsync())
            await queues.DeleteQueueAsync(queue.Name);
        await new TableServiceClient(_storage).DeleteTableAsync(StorageClients.TableName);
        var blobs = new BlobServiceClient(_storage);
        await foreach (var container in blobs.GetBlobContainersAsync())
            await blobs.DeleteBlobContainerAsync(container.Name);

        var (status, body) = await LocalHostProcess.TryAsync(host.TryLine("begini"), host.Url);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"accepted\"", body, StringComparison.Ordinal);
        await ObservedHost.UntilAsync(() => Task.FromResult(
            host.Output.Contains("The queue webhook-events-poison had been deleted", StringComparison.Ordinal) && host.Output.Contains(": Processed ", StringComparison.Ordinal)));
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_and_mistyped_commands_end_at_once()
    {
        await using var help = LocalHostProcess.Start(new Dictionary<string, string>(), "--help");
        await using var mistyped = LocalHostProcess.Start(new Dictionary<string, string>(), "dmeo");

        Assert.Equal(0, await help.WaitForEndAsync());
        Assert.Contains("demo --against <url>", help.Output, StringComparison.Ordinal);
        Assert.Equal(1, await mistyped.WaitForEndAsync());
        Assert.Contains("Did you mean demo?", mistyped.Output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static Task<CliRun> SendAsync(LocalHostProcess host, string scheme, string secret)
        => CliRun.RunAsync(
            new() { ["INGEST_SECRET"] = secret },
            ["send", scheme == "standardwebhooks" ? "standard-webhooks" : scheme, "--url", new Uri(host.Url, $"/webhooks/{scheme}").ToString()]);

    private void WriteSettings(Dictionary<string, string> values)
        => File.WriteAllText(SettingsPath, JsonSerializer.Serialize(new { IsEncrypted = false, Values = values }));

    private LocalHostProcess Start(Dictionary<string, string>? environment = null, string? dataPath = null)
    {
        var all = new Dictionary<string, string>(environment ?? []) { ["WebhookStorage"] = _storage };
        if (File.Exists(SettingsPath))
            all.TryAdd("Local__SettingsFile", SettingsPath);
        return LocalHostProcess.Start(all, "--urls", "http://127.0.0.1:0", $"--Local:DataPath={dataPath ?? _data}");
    }

    /// <summary>Starts a host that ends at once because of one mistake, which it says in one line.</summary>
    private async Task<string> FailAsync(Dictionary<string, string>? environment = null, string? dataPath = null)
    {
        await using var host = Start(environment, dataPath);

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.Single(host.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.StartsWith("Settings of this machine", StringComparison.Ordinal));
        return host.Output;
    }
}
