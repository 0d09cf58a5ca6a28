using Azure;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace FunctionsIngest.Tests.Infrastructure;

public sealed class StorageProxyTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Real_clients_work_through_it_and_every_call_is_noted()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());

        var container = new BlobContainerClient(proxy.ConnectionString, "things");
        await container.CreateAsync();
        await container.UploadBlobAsync("a b/ü.json", BinaryData.FromString("{}"));
        var blob = await container.GetBlobClient("a b/ü.json").DownloadContentAsync();

        var queue = new QueueClient(proxy.ConnectionString, "events");
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello & <world>");
        var message = (await queue.ReceiveMessageAsync()).Value;

        var table = new TableClient(proxy.ConnectionString, "rows");
        await table.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r'ow ü") { ["Value"] = 1 });
        await table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "2")), new(TableTransactionActionType.Delete, new TableEntity("p", "r'ow ü"), ETag.All)]);
        var seen = await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "2")));

        Assert.Equal("{}", blob.Value.Content.ToString());
        Assert.Equal("hello & <world>", message.Body.ToString());
        Assert.Equal("EntityAlreadyExists", seen.ErrorCode);
        Assert.Equal(
            [
                "Blob PUT /things", "Blob PUT /things/a%20b/%C3%BC.json", "Blob GET /things/a%20b/%C3%BC.json",
                "Queue PUT /events", "Queue POST /events/messages", "Queue GET /events/messages",
                "Table POST /Tables", "Table POST /rows", "Table POST /$batch", "Table POST /rows",
            ],
            proxy.Calls.Select(call => $"{call.Service} {call.Method} {call.Path}"));
        Assert.Equal([201, 201, 200, 201, 201, 200, 201, 204, 202, 409], proxy.Calls.Select(call => call.Status!.Value));
    }

    [Fact]
    public async Task A_cut_before_storage_leaves_nothing_done()
    {
        var storage = azurite.NewStorage();
        await using var proxy = await StorageProxy.StartAsync(storage);
        using var rule = proxy.Inject(StorageFault.CutBefore, call => call.Service == StorageService.Queue);

        await Assert.ThrowsAsync<RequestFailedException>(() => OneTry(proxy).CreateAsync());

        Assert.False((await new QueueClient(storage, "events").ExistsAsync()).Value);
        Assert.Null(Assert.Single(proxy.Calls).Status);
    }

    [Fact]
    public async Task A_cut_after_storage_leaves_it_done_and_the_client_in_the_dark()
    {
        var storage = azurite.NewStorage();
        await using var proxy = await StorageProxy.StartAsync(storage);
        using var rule = proxy.Inject(StorageFault.CutAfter, call => call.Service == StorageService.Queue);

        await Assert.ThrowsAsync<RequestFailedException>(() => OneTry(proxy).CreateAsync());

        Assert.True((await new QueueClient(storage, "events").ExistsAsync()).Value);
    }

    [Fact]
    public async Task A_cut_in_the_answer_ends_its_body_early()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var queue = OneTry(proxy);
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello");
        using var rule = proxy.Inject(StorageFault.CutAnswer, call => call.Method == "GET");

        await Assert.ThrowsAnyAsync<Exception>(() => queue.ReceiveMessageAsync());
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(503, "ServerBusy")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(409, "TableBeingDeleted")]
    public async Task An_error_is_answered_as_storage_would_as_often_as_the_rule_says(int status, string code)
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        proxy.Inject(StorageFault.Answer(status, code), call => call.Method == "POST", times: 1);
        var options = new TableClientOptions { Retry = { MaxRetries = 0 } };
        var table = new TableClient(proxy.ConnectionString, "rows", options);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => table.CreateAsync());
        await table.CreateAsync();

        Assert.Equal((status, code), (error.Status, error.ErrorCode));
        Assert.Equal([status, 201], proxy.Calls.Select(call => call.Status!.Value));
    }

    [Fact]
    public async Task Silence_lasts_until_the_client_gives_up()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        proxy.Inject(StorageFault.Silent, _ => true, times: 1);
        var options = new QueueClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.Zero, NetworkTimeout = TimeSpan.FromMilliseconds(300) } };

        await new QueueClient(proxy.ConnectionString, "events", options).CreateAsync();

        Assert.Equal([null, 201], proxy.Calls.Select(call => call.Status));
    }

    [Fact]
    public async Task A_held_call_reaches_storage_when_the_test_lets_it()
    {
        var storage = azurite.NewStorage();
        await using var proxy = await StorageProxy.StartAsync(storage);
        var release = new TaskCompletionSource();
        proxy.Inject(StorageFault.Until(release.Task), _ => true, times: 1);

        var create = OneTry(proxy).CreateAsync();
        var before = (await new QueueClient(storage, "events").ExistsAsync()).Value;
        release.SetResult();
        await create;

        Assert.False(before);
        Assert.True((await new QueueClient(storage, "events").ExistsAsync()).Value);
    }

    private static QueueClient OneTry(StorageProxy proxy) => new(proxy.ConnectionString, "events", new QueueClientOptions { Retry = { MaxRetries = 0 } });
}
