using FunctionsIngest.BeginiDeliveryTest;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Core.Tests.BeginiDeliveryTest;

public sealed class RequestLimitTests
{
    [Fact]
    public void A_minute_has_so_many_requests_and_the_next_one_as_many_again()
    {
        var time = new FakeTimeProvider();
        var limit = new RequestLimit(2, time);

        Assert.True(limit.TryTake(out _));
        time.Advance(TimeSpan.FromSeconds(40));
        Assert.True(limit.TryTake(out _));
        Assert.False(limit.TryTake(out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(20), retryAfter);

        time.Advance(TimeSpan.FromSeconds(20));
        Assert.True(limit.TryTake(out _));
        Assert.True(limit.TryTake(out _));
        Assert.False(limit.TryTake(out _));
    }
}
