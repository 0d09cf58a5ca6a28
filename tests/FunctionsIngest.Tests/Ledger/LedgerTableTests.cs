using Azure;
using FunctionsIngest.Ledger;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Ledger;

public sealed class LedgerTableTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task The_insert_decides_who_was_first()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var table = app.Host.Get<LedgerTable>();

        var firsts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => table.TryInsertAsync(Row(), CancellationToken.None)));

        Assert.Single(firsts, first => first);
        // One call each, without a look before it.
        Assert.Equal(20, app.Proxy.Calls.Count);
    }

    [Fact]
    public async Task A_missing_table_is_created_and_the_insert_tried_once_more()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        await app.Host.Clients.Rows.DeleteAsync();
        app.Proxy.ForgetCalls();

        Assert.True(await app.Host.Get<LedgerTable>().TryInsertAsync(Row(), CancellationToken.None));
        Assert.False(await app.Host.Get<LedgerTable>().TryInsertAsync(Row(), CancellationToken.None));

        Assert.Equal([404, 204, 204, 409], app.Proxy.Calls.Select(call => call.Status!.Value));
    }

    [Theory]
    [InlineData(409, "TableBeingDeleted")]
    [InlineData(409, "Conflict")]
    [InlineData(404, "ResourceNotFound")]
    [InlineData(412, "UpdateConditionNotSatisfied")]
    [InlineData(403, "AuthorizationFailure")]
    public async Task Any_other_error_says_nothing_of_who_was_first(int status, string code)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        app.Fail(StorageStep.Insert, StorageFault.Answer(status, code));

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => app.Host.Get<LedgerTable>().TryInsertAsync(Row(), CancellationToken.None));

        Assert.Equal((status, code), (error.Status, error.ErrorCode));
    }

    [Fact]
    public async Task A_table_that_goes_again_at_once_is_an_error_and_no_endless_loop()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        app.Fail(StorageStep.Insert, StorageFault.Answer(404, "TableNotFound"));

        await Assert.ThrowsAsync<RequestFailedException>(() => app.Host.Get<LedgerTable>().TryInsertAsync(Row(), CancellationToken.None));

        Assert.Equal(2, app.Steps.Count(step => step == StorageStep.Insert));
    }

    [Fact]
    public async Task A_change_needs_the_version_that_was_read()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var table = app.Host.Get<LedgerTable>();
        var row = Row();
        await table.TryInsertAsync(row, CancellationToken.None);
        var other = (await table.FindAsync(row.PartitionKey, row.RowKey, CancellationToken.None))!;

        row.State = RowState.HandedOver;
        Assert.True(await table.TryUpdateAsync(row, CancellationToken.None));
        other.State = RowState.Processed;
        Assert.False(await table.TryUpdateAsync(other, CancellationToken.None));
        row.State = RowState.Processing;
        Assert.True(await table.TryUpdateAsync(row, CancellationToken.None));

        Assert.Equal(RowState.Processing, (await table.FindAsync(row.PartitionKey, row.RowKey, CancellationToken.None))!.State);
    }

    [Fact]
    public async Task A_row_that_is_gone_is_neither_found_nor_changed()
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var table = app.Host.Get<LedgerTable>();
        var row = Row();
        await table.TryInsertAsync(row, CancellationToken.None);
        await app.Host.Clients.Rows.DeleteEntityAsync(row.PartitionKey, row.RowKey);

        Assert.False(await table.TryUpdateAsync(row, CancellationToken.None));
        Assert.Null(await table.FindAsync(row.PartitionKey, row.RowKey, CancellationToken.None));
        await app.Host.Clients.Rows.DeleteAsync();
        Assert.Null(await table.FindAsync(row.PartitionKey, row.RowKey, CancellationToken.None));
        Assert.False(await table.TryUpdateAsync(row, CancellationToken.None));
    }

    private static LedgerRow Row() => new() { PartitionKey = "begini-00", RowKey = "11", ReceivedAt = Genuine.Now, State = RowState.Received };
}
