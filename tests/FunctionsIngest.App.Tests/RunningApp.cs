using System.Globalization;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FunctionsIngest.App.Tests.Hosting;

namespace FunctionsIngest.App.Tests;

/// <summary>
/// The app, started with the settings of the sample against an Azurite account of its own. The tests of a collection
/// share it and run one after another: each looks for its own event.
/// </summary>
public sealed class RunningApp : IAsyncLifetime
{
    private const string QueueName = "webhook-events";

    private readonly AzuriteFixture _azurite = new();
    private FunctionsHost? _host;
    private string? _storage;

    /// <summary>The host that runs it.</summary>
    internal FunctionsHost Host => _host!;

    /// <summary>The queue of events.</summary>
    internal QueueClient Events => new(_storage, QueueName);

    /// <summary>The queue of messages that the host gave up.</summary>
    internal QueueClient PoisonQueue => new(_storage, $"{QueueName}-poison");

    public async Task InitializeAsync()
    {
        await _azurite.InitializeAsync();
        _storage = _azurite.NewStorage();
        _host = await FunctionsHost.StartAsync(SampleSettings.FilledIn(_storage));
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    /// <summary>A webhook body that no other test sends.</summary>
    internal static string NewBody() => string.Create(CultureInfo.InvariantCulture, $$"""{"event":"test","uid":"{{Guid.NewGuid()}}"}""");

    /// <summary>Sends a genuine webhook, and takes its message off the queue as the host does.</summary>
    /// <returns>The event's id, the message, and the invocation that received the webhook.</returns>
    internal async Task<(string EventId, QueueMessage Message, string InvocationId)> AcceptAsync(string body)
    {
        using var request = Genuine.Begini(body);
        var answer = await Host.SendAsync(request);
        var eventId = Acknowledgement.Read(answer, "accepted");
        return (eventId, await TakeAsync(eventId), answer.InvocationId);
    }

    /// <summary>Takes the message of an event off the queue.</summary>
    internal async Task<QueueMessage> TakeAsync(string eventId)
    {
        // What another test has left is hidden for longer than this run takes.
        var messages = (await Events.ReceiveMessagesAsync(32, TimeSpan.FromHours(1))).Value;
        var message = Assert.Single(messages, message => message.Body.ToString().Contains(eventId, StringComparison.Ordinal));
        await Events.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return message;
    }

    /// <summary>The blobs of a container whose names contain an event's id.</summary>
    internal async Task<IReadOnlyList<BlobClient>> FindBlobsAsync(string container, string eventId)
    {
        var client = new BlobContainerClient(_storage, container);
        var blobs = new List<BlobClient>();
        if (!await client.ExistsAsync())
            return blobs;

        await foreach (var blob in client.GetBlobsAsync())
        {
            if (blob.Name.Contains(eventId, StringComparison.Ordinal))
                blobs.Add(client.GetBlobClient(blob.Name));
        }

        return blobs;
    }
}
