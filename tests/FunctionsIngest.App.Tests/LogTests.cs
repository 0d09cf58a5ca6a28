namespace FunctionsIngest.App.Tests;

[Collection(nameof(RunningApp))]
public sealed class LogTests(RunningApp app)
{
    [Fact]
    public async Task What_a_request_logs_arrives_at_the_host_with_its_invocation()
    {
        var (id, _, invocationId) = await app.AcceptAsync(RunningApp.NewBody());

        Assert.Single(app.Host.Log, line => line.InvocationId == invocationId && line.Message.StartsWith($"begini {id[..12]}: Accepted ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_message_of_the_queue_logs_arrives_at_the_host_with_its_invocation()
    {
        var (id, message, _) = await app.AcceptAsync(RunningApp.NewBody());

        var invocationId = await app.Host.InvokeQueueAsync("ProcessEvent", message);

        Assert.Single(app.Host.Log, line => line.InvocationId == invocationId && line.Message.StartsWith($"begini {id[..12]}: Processed ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_sweep_logs_arrives_at_the_host_with_its_invocation()
    {
        var invocationId = await app.Host.InvokeTimerAsync("Sweep");

        Assert.Single(app.Host.Log, line => line.InvocationId == invocationId && line.Message.StartsWith("Swept: ", StringComparison.Ordinal));
    }
}
