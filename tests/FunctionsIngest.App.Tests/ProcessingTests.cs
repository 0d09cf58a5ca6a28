using System.Text;
using System.Text.Json;

namespace FunctionsIngest.App.Tests;

[Collection(nameof(RunningApp))]
public sealed class ProcessingTests(RunningApp app)
{
    [Fact]
    public async Task A_message_of_the_queue_is_processed_into_the_archive()
    {
        var body = RunningApp.NewBody();
        var (eventId, message, _) = await app.AcceptAsync(body);

        await app.Host.InvokeQueueAsync("ProcessEvent", message);

        var blob = Assert.Single(await app.FindBlobsAsync("webhook-archive", eventId));
        Assert.Matches($"^begini/[0-9]{{4}}/[0-9]{{2}}/[0-9]{{2}}/{eventId}[.]json$", blob.Name);
        using var document = JsonDocument.Parse((await blob.DownloadContentAsync()).Value.Content);
        Assert.Equal(body, Encoding.UTF8.GetString(document.RootElement.GetProperty("data_base64").GetBytesFromBase64()));
    }

    [Fact]
    public async Task A_message_that_the_host_gave_up_is_kept_as_poison()
    {
        var (eventId, message, _) = await app.AcceptAsync(RunningApp.NewBody());

        await app.Host.InvokeQueueAsync("KeepPoison", message);

        var blob = Assert.Single(await app.FindBlobsAsync("webhook-poison", eventId));
        Assert.Equal($"begini/{eventId}.json", blob.Name);
    }

    [Fact]
    public async Task A_sweep_keeps_what_is_on_the_poison_queue()
    {
        var (eventId, message, _) = await app.AcceptAsync(RunningApp.NewBody());
        await app.PoisonQueue.CreateIfNotExistsAsync();
        await app.PoisonQueue.SendMessageAsync(message.Body);

        await app.Host.InvokeTimerAsync("Sweep");

        Assert.Equal($"begini/{eventId}.json", Assert.Single(await app.FindBlobsAsync("webhook-poison", eventId)).Name);
        Assert.Empty((await app.PoisonQueue.ReceiveMessagesAsync()).Value);
    }
}
