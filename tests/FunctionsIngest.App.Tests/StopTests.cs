using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

public sealed class StopTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task SIGTERM_ends_the_worker_cleanly()
    {
        await using var host = await FunctionsHost.StartAsync(SampleSettings.FilledIn(azurite.NewStorage()));

        await host.Process.TerminateAsync();

        await AssertEndsCleanlyAsync(host.Process);
    }

    [Fact]
    public async Task SIGTERM_during_the_start_ends_the_worker_cleanly_too()
    {
        await using var server = await RpcServer.StartAsync();
        await using var worker = WorkerProcess.Start(server.Address, SampleSettings.FilledIn(azurite.NewStorage()));
        await server.Stream.Started.WaitAsync(FunctionsHost.LongestStart, TimeProvider.System);

        await worker.TerminateAsync();

        await AssertEndsCleanlyAsync(worker);
    }

    [Fact]
    public async Task The_host_s_word_to_terminate_ends_the_worker_cleanly()
    {
        await using var host = await FunctionsHost.StartAsync(SampleSettings.FilledIn(azurite.NewStorage()));

        host.Terminate();

        await AssertEndsCleanlyAsync(host.Process);
    }

    private static async Task AssertEndsCleanlyAsync(WorkerProcess worker)
    {
        var exitCode = await worker.WaitForEndAsync();
        Assert.True(exitCode == 0 && worker.Errors.Length == 0, $"It ended with {exitCode}: {worker.Errors}");
    }
}
