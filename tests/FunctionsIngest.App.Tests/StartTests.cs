using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

public sealed class StartTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task The_worker_starts_with_the_settings_of_the_sample_within_30_s()
    {
        var started = TimeProvider.System.GetTimestamp();

        await using var host = await FunctionsHost.StartAsync(SampleSettings.FilledIn(azurite.NewStorage()));

        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, FunctionsHost.LongestStart);
        Assert.NotEmpty(host.Functions);
    }

    [Fact]
    public async Task Wrong_settings_end_the_start_with_one_message_that_names_them_all()
    {
        var settings = SampleSettings.FilledIn("no connection string; AccountKey=hush-hush");
        settings["WebhookQueue"] = "Webhook_Events";
        settings["KeyVault__RefreshInterval"] = "-01:00:00";
        settings["Webhooks__Retention"] = "seven days";
        settings["Webhooks__Retentoin"] = "7.00:00:00";
        settings["Webhooks__Sources__aghanim__AllowedIPs__0"] = "203.0.113.7";
        settings["Webhooks__Sources__begini__Scheme"] = "begining";
        settings["Webhooks__Sources__other__Scheme"] = "begini";
        settings["Webhooks__Sources__other__Secrets__0"] = "no-such-secret";
        await using var server = await RpcServer.StartAsync();
        await using var worker = WorkerProcess.Start(server.Address, settings);

        Assert.Equal(1, await worker.WaitForEndAsync());

        string[] expected =
        [
            "KeyVault:RefreshInterval is ",
            "Secrets:no-such-secret is not set",
            "WebhookQueue is 'Webhook_Events'",
            "WebhookStorage is not a connection string",
            "Webhooks:Retention is 'seven days'",
            "Webhooks:Retentoin is not a setting",
            "Webhooks:Sources:aghanim:AllowedIPs is set, and in this host every connection comes from the host itself",
            "Webhooks:Sources:begini:Scheme is 'begining'",
        ];
        var lines = worker.Errors.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(expected.Length, lines.Length);
        Assert.All(expected.Zip(lines), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.DoesNotContain("hush", worker.Errors, StringComparison.Ordinal);
        Assert.Empty(worker.Output);
        Assert.False(server.Stream.Started.IsCompleted);
    }
}
