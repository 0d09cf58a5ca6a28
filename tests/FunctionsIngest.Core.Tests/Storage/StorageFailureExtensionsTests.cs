using Azure;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Core.Tests.Storage;

public sealed class StorageFailureExtensionsTests
{
    [Theory]
    [InlineData(404, true, false)]
    [InlineData(412, false, true)]
    [InlineData(0, false, false)]
    [InlineData(409, false, false)]
    [InlineData(503, false, false)]
    public void A_failure_tells_whether_something_is_missing_or_changed(int status, bool isMissing, bool isChanged)
    {
        var failure = new RequestFailedException(status, "Storage says so.");

        Assert.Equal((isMissing, isChanged, isMissing || isChanged), (failure.IsMissing(), failure.IsChanged(), failure.IsMissingOrChanged()));
    }

    [Fact]
    public async Task What_is_there_is_answered() => Assert.Equal("there", await Task.FromResult(Response.FromValue("there", null!)).OrNullIfMissingAsync());

    [Fact]
    public async Task What_is_missing_is_null() => Assert.Null(await FailedAsync(404).OrNullIfMissingAsync());

    [Fact]
    public async Task Any_other_failure_is_thrown()
        => Assert.Equal(412, (await Assert.ThrowsAsync<RequestFailedException>(() => FailedAsync(412).OrNullIfMissingAsync())).Status);

    [Fact]
    public async Task A_listing_of_a_missing_container_has_no_items()
        => Assert.Empty(await CollectAsync(ListAsync("ContainerNotFound")));

    [Fact]
    public async Task A_listing_that_fails_otherwise_throws()
        => Assert.Equal("ResourceNotFound", (await Assert.ThrowsAsync<RequestFailedException>(() => CollectAsync(ListAsync("ResourceNotFound")))).ErrorCode);

    [Fact]
    public async Task A_listing_of_a_container_has_its_items() => Assert.Equal([1, 2], await CollectAsync(ListAsync(errorCode: null)));

    private static Task<Response<string>> FailedAsync(int status) => Task.FromException<Response<string>>(new RequestFailedException(status, "Storage says so."));

    private static async IAsyncEnumerable<int> ListAsync(string? errorCode)
    {
        await Task.Yield();
        if (errorCode is not null)
            throw new RequestFailedException(404, "Storage says so.", errorCode, innerException: null);
        yield return 1;
        yield return 2;
    }

    private static async Task<List<int>> CollectAsync(IAsyncEnumerable<int> listing)
    {
        var items = new List<int>();
        await foreach (var item in listing.OrNoneIfContainerMissing(CancellationToken.None))
            items.Add(item);
        return items;
    }
}
