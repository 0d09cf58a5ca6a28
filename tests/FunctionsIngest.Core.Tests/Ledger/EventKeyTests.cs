using FunctionsIngest.Ledger;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Core.Tests.Ledger;

public sealed class EventKeyTests
{
    [Fact]
    public void The_row_is_found_from_the_id()
    {
        using var hashed = ReplayKey.For("begini", "id");

        var key = EventKey.Of(hashed.Add("msg_1").Build());

        Assert.Equal(64, key.EventId.Length);
        Assert.Equal($"begini-{key.EventId[..2]}", key.PartitionKey);
        Assert.Equal(key.EventId[2..], key.RowKey);
    }
}
