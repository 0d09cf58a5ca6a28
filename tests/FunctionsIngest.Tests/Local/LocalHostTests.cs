using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace FunctionsIngest.Tests.Local;

public sealed class LocalHostTests : IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly string _data = Directory.CreateTempSubdirectory("functions-ingest-").FullName;
    private readonly AzuriteFixture _azurite;

    public LocalHostTests(AzuriteFixture azurite) => _azurite = azurite;

    [Fact]
    public async Task It_starts_serves_stops_on_SIGTERM_with_its_Azurite_and_remembers_what_it_has_seen()
    {
        await using var first = StartWithOwnData();
        await first.WaitUntilListeningAsync();
        using var http = new HttpClient { BaseAddress = first.Url };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.GetAsync("/webhooks/begini")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/webhooks/nobody")).StatusCode);
        var lines = ((string[])["begini", "standardwebhooks", "aghanim", "qitech"]).Select(first.TryLine).ToList();
        foreach (var line in lines)
        {
            var (status, body) = await LocalHostProcess.TryAsync(line, first.Url);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("\"accepted\"", body, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.Forbidden, (await LocalHostProcess.TryAsync(line.Replace("sample_", "Sample_", StringComparison.Ordinal), first.Url)).Status);
        }

        await first.SignalAsync("TERM");
        Assert.Equal(0, await first.WaitForEndAsync());
        Assert.False(IsListening(first.BlobPort));

        await using var second = StartWithOwnData();
        await second.WaitUntilListeningAsync();
        foreach (var line in lines)
            Assert.Contains("\"duplicate\"", (await LocalHostProcess.TryAsync(line, second.Url)).Body, StringComparison.Ordinal);
        await second.SignalAsync("INT");
        Assert.Equal(0, await second.WaitForEndAsync());
    }

    [Fact]
    public async Task Azurite_does_not_outlive_a_host_that_is_killed()
    {
        await using var host = StartWithOwnData();
        await host.WaitUntilListeningAsync();
        var port = host.BlobPort;
        Assert.True(IsListening(port));

        await host.SignalAsync("KILL");
        await host.WaitForEndAsync();

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (IsListening(port))
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
    }

    [Fact]
    public async Task The_demo_shows_that_genuine_webhooks_get_in_once_and_others_do_not()
    {
        await using var demo = LocalHostProcess.Start(Nothing, "demo", $"--Local:DataPath={_data}");

        var exitCode = await demo.WaitForEndAsync();

        Assert.True(exitCode == 0, demo.Output);
        Assert.Contains("Everything is as it should be", demo.Output, StringComparison.Ordinal);
        Assert.Equal(15, demo.Output.Split('\n').Count(line => line.Contains(" ok ", StringComparison.Ordinal)));
        Assert.Equal(4, demo.Output.Split('\n').Count(line => line.Contains("once, archived", StringComparison.Ordinal)));
        Assert.DoesNotContain("\u001b[", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_sends_the_client_key_of_a_source_that_compares_one()
    {
        await using var demo = LocalHostProcess.Start(
            new Dictionary<string, string> { ["Secrets__qitech-client-key"] = "the client key that the bank sends" },
            "demo",
            $"--Local:DataPath={_data}",
            "--Webhooks:Sources:qitech:ClientKey=qitech-client-key");

        Assert.True(await demo.WaitForEndAsync() == 0, demo.Output);
    }

    [Fact]
    public async Task The_demo_fails_when_a_genuine_webhook_is_not_accepted()
    {
        await using var demo = LocalHostProcess.Start(Nothing, "demo", $"--Local:DataPath={_data}", "--Webhooks:MaxBodyBytes=10");

        Assert.Equal(1, await demo.WaitForEndAsync());

        Assert.Contains("WRONG", demo.Output, StringComparison.Ordinal);
        Assert.Contains("413", demo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_can_be_run_against_another_app()
    {
        var environment = new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage() };
        await using var app = LocalHostProcess.Start(environment, "--urls", "http://127.0.0.1:0", $"--Local:DataPath={_data}");
        await app.WaitUntilListeningAsync();

        await using var demo = LocalHostProcess.Start(environment, "demo", "--against", app.Url.ToString(), $"--Local:DataPath={_data}");

        Assert.True(await demo.WaitForEndAsync() == 0, demo.Output);
        // The demo's own host has no pump: what was processed, the app has processed.
        Assert.Equal(4, demo.Output.Split('\n').Count(line => line.Contains("once, archived", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_demo_against_another_app_asks_for_its_storage_and_for_an_address()
    {
        await using var withoutStorage = LocalHostProcess.Start(Nothing, "demo", "--against", "http://127.0.0.1:9", $"--Local:DataPath={_data}");
        await using var withoutAddress = LocalHostProcess.Start(Nothing, "demo", "--against", "nowhere");

        Assert.Equal(1, await withoutStorage.WaitForEndAsync());
        Assert.Contains("set WebhookStorage", withoutStorage.Output, StringComparison.Ordinal);
        Assert.Equal(1, await withoutAddress.WaitForEndAsync());
        Assert.Contains("takes the address of a running app", withoutAddress.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_of_ones_own_leaves_Azurite_alone_and_needs_no_Node()
    {
        var environment = new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage(), ["PATH"] = _data };
        await using var host = LocalHostProcess.Start(environment, "--urls", "http://127.0.0.1:0", $"--Local:DataPath={_data}");
        await host.WaitUntilListeningAsync();

        Assert.Equal(HttpStatusCode.OK, (await LocalHostProcess.TryAsync(host.TryLine("begini"), host.Url)).Status);
        await host.SignalAsync("TERM");

        Assert.Equal(0, await host.WaitForEndAsync());
        Assert.Contains("Azurite is not started", host.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_data, "azurite")));
    }

    [Fact]
    public async Task A_line_to_try_names_the_event_type_in_a_header_where_the_sender_does()
    {
        var environment = new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage(), ["Secrets__code-secret"] = "the secret of the sender" };
        await using var host = LocalHostProcess.Start(
            environment,
            [
                .. OwnData(), "--urls", "http://127.0.0.1:0",
                "--Webhooks:Sources:code:Scheme=github", "--Webhooks:Sources:code:Secrets:0=code-secret", "--Webhooks:Sources:code:EventTypes:0=push",
            ]);
        await host.WaitUntilListeningAsync();

        var (status, body) = await LocalHostProcess.TryAsync(host.TryLine("code"), host.Url);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"accepted\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_goes_before_the_development_secrets()
    {
        var environment = new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage(), ["Secrets__begini-api-key"] = "the key of the environment" };
        await using var host = LocalHostProcess.Start(environment, "--urls", "http://127.0.0.1:0", $"--Local:DataPath={_data}");
        await host.WaitUntilListeningAsync();
        using var http = new HttpClient { BaseAddress = host.Url };
        var signature = Convert.ToHexString(HMACSHA512.HashData("the key of the environment"u8, "{}"u8));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/begini") { Content = new StringContent("{}"), Headers = { { "X-Signature", signature } } };

        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("UseDevelopmentStorage=true")]
    public async Task An_empty_storage_setting_and_one_that_means_Azurite_have_Azurite_started(string setting)
    {
        await using var host = LocalHostProcess.Start(
            new Dictionary<string, string> { ["WebhookStorage"] = setting }, [.. OwnData(), "--urls", "http://127.0.0.1:0", "--Local:Azurite:InMemory=true"]);
        await host.WaitUntilListeningAsync();

        Assert.Single(host.Output.Split('\n'), line => line.StartsWith("Azurite keeps the storage, on ports ", StringComparison.Ordinal));
        Assert.DoesNotContain("WebhookStorage", host.Output, StringComparison.Ordinal);
        // Azurite writes lazily, and the welcome says so.
        Assert.Contains("webhooks that were acknowledged are lost", host.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await LocalHostProcess.TryAsync(host.TryLine("begini"), host.Url)).Status);
        await host.SignalAsync("TERM");
        Assert.Equal(0, await host.WaitForEndAsync());
    }

    [Fact]
    public async Task A_secret_that_a_webhook_carries_is_not_printed_and_its_line_to_try_is_ingest_send()
    {
        const string Token = "the token of the user's own sender";
        const string ClientKey = "the client key of the user's own bank";
        var environment = new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage(), ["Secrets__tok"] = Token, ["Secrets__qitech-client-key"] = ClientKey };
        await using var host = LocalHostProcess.Start(
            environment,
            [
                .. OwnData(), "--urls", "http://127.0.0.1:0",
                "--Webhooks:Sources:tok:Scheme=custom", "--Webhooks:Sources:tok:Secrets:0=tok", "--Webhooks:Sources:tok:Signature:Header=x-token", "--Webhooks:Sources:tok:Signature:Algorithm=token",
                "--Webhooks:Sources:qitech:Scheme=qi-tech", "--Webhooks:Sources:qitech:Secrets:0=qitech-public-key", "--Webhooks:Sources:qitech:ClientKey=qitech-client-key",
            ]);
        await host.WaitUntilListeningAsync();

        Assert.DoesNotContain(Token, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(ClientKey, host.Output, StringComparison.Ordinal);
        foreach (var source in (string[])["tok", "qitech"])
            Assert.Contains($"dotnet run --project src/FunctionsIngest.Cli -- send {source} --url {host.Url.ToString().TrimEnd('/')}/webhooks/{source}", host.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" ")]
    public async Task A_line_to_try_works_for_a_secret_with_blanks_at_its_end(string blanks)
    {
        var environment = new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage(), ["Secrets__begini-api-key"] = $"a key that was pasted with what follows it{blanks}" };
        await using var host = LocalHostProcess.Start(environment, [.. OwnData(), "--urls", "http://127.0.0.1:0"]);
        await host.WaitUntilListeningAsync();

        Assert.Equal(HttpStatusCode.OK, (await LocalHostProcess.TryAsync(host.TryLine("begini"), host.Url)).Status);
    }

    [Fact]
    public async Task Without_Node_it_says_what_to_install()
    {
        await using var host = LocalHostProcess.Start(new Dictionary<string, string> { ["PATH"] = _data }, "--urls", "http://127.0.0.1:0", $"--Local:DataPath={_data}");

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.Contains("Install Node.js 20 or newer", host.Output, StringComparison.Ordinal);
        Assert.Contains("WebhookStorage", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_the_setting()
    {
        using var taken = Listen(out var port);
        await using var host = LocalHostProcess.Start(Nothing, [.. OwnData(), "--urls", $"http://127.0.0.1:{port}"]);

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.Contains($"127.0.0.1:{port}", host.Output, StringComparison.Ordinal);
        Assert.Contains("--urls", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
        Assert.False(IsListening(host.BlobPort));
    }

    [Theory]
    [InlineData("localhost:7071")]
    [InlineData("nonsense")]
    public async Task An_address_that_is_none_is_named_with_the_setting(string address)
    {
        await using var host = LocalHostProcess.Start(
            new Dictionary<string, string> { ["WebhookStorage"] = _azurite.NewStorage() }, [.. OwnData(), "--urls", address]);

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.Contains($"'{address}'", host.Output, StringComparison.Ordinal);
        Assert.Contains("--urls", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_of_Azurite_is_named_with_the_setting()
    {
        using var taken = Listen(out var port);
        await using var host = LocalHostProcess.Start(Nothing, [.. OwnData(), $"--Local:Azurite:QueuePort={port}"]);

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.Contains($"Port {port} is taken", host.Output, StringComparison.Ordinal);
        Assert.Contains("Local:Azurite:QueuePort", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_place_of_Azurites_data_is_told()
    {
        await File.WriteAllTextAsync(Path.Combine(_data, "azurite"), "");
        await using var host = StartWithOwnData();

        Assert.Equal(1, await host.WaitForEndAsync());
        Assert.Contains($"The local host cannot keep its data in {Path.Combine(_data, "azurite")}: it is a file.", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hosts_do_not_share_data()
    {
        await using var first = StartWithOwnData();
        await first.WaitUntilListeningAsync();
        await using var second = StartWithOwnData();

        Assert.Equal(1, await second.WaitForEndAsync());
        Assert.Contains("Another local host is running", second.Output, StringComparison.Ordinal);
        Assert.Contains("Local:DataPath", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_in_the_settings_are_all_told_and_name_the_setting()
    {
        await using var local = LocalHostProcess.Start(Nothing, [.. OwnData(), "--Local:Invisibility=00:05:00", "--Local:Azurite:TablePort=many"]);
        await using var core = LocalHostProcess.Start(Nothing, [.. OwnData(), "--Webhooks:Sources:acme:Scheme=nothing", "--WebhookQueue=Not A Queue"]);

        Assert.Equal(1, await local.WaitForEndAsync());
        Assert.Contains("Local:Invisibility is 00:05:00, and Webhooks:Lease is 00:05:00", local.Output, StringComparison.Ordinal);
        Assert.Contains("Local:Azurite:TablePort is 'many'", local.Output, StringComparison.Ordinal);
        Assert.Equal(1, await core.WaitForEndAsync());
        Assert.Contains("Webhooks:Sources:acme:Scheme is 'nothing'", core.Output, StringComparison.Ordinal);
        Assert.Contains("WebhookQueue is 'Not A Queue'", core.Output, StringComparison.Ordinal);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        const int Tries = 100;
        for (var i = 1; ; i++)
        {
            try
            {
                Directory.Delete(_data, recursive: true);
                return;
            }
            catch (IOException) when (i < Tries)
            {
                // The Azurite of a host that was killed saves once more before it ends.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private static bool IsListening(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private LocalHostProcess StartWithOwnData() => LocalHostProcess.Start(Nothing, [.. OwnData(), "--urls", "http://127.0.0.1:0"]);

    private string[] OwnData() => [$"--Local:DataPath={_data}"];
}
