using FunctionsIngest.Ledger;
using FunctionsIngest.Senders.Signatures;

namespace FunctionsIngest.Core.Tests.Ledger;

public sealed class LedgerRowTests
{
    private static readonly DateTimeOffset ReceivedAt = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_taken_row_comes_back_as_it_was()
    {
        var row = new LedgerRow
        {
            PartitionKey = "begini-00",
            RowKey = "11",
            ReceivedAt = ReceivedAt,
            State = RowState.Processing,
            Owner = "owner",
            Delivery = "delivery",
            Redrive = 2,
            Attempt = 3,
            LeaseUntil = ReceivedAt.AddMinutes(5),
            Takes = 4,
            Finished = ["archive", "one.more"],
            Reason = "Down for a moment.",
        };

        Assert.Equivalent(row, LedgerRow.FromEntity(row.ToEntity()), strict: true);
    }

    [Fact]
    public void The_row_of_the_insert_holds_nothing_but_its_state_and_time()
    {
        using var key = ReplayKey.For("begini", "id");

        var entity = LedgerRow.For(EventKey.Of(key.Build()), ReceivedAt).ToEntity();

        Assert.Equal(["PartitionKey", "ReceivedAt", "RowKey", "State"], entity.Keys.Order());
        Assert.Equal("Received", entity["State"]);
    }

    [Theory]
    [InlineData("Received", false)]
    [InlineData("HandedOver", false)]
    [InlineData("Processing", false)]
    [InlineData("Processed", true)]
    [InlineData("Poisoned", true)]
    public void Two_states_are_final(string state, bool isFinal)
        => Assert.Equal(isFinal, new LedgerRow { PartitionKey = "p", RowKey = "r", ReceivedAt = ReceivedAt, State = Enum.Parse<RowState>(state) }.IsFinal);

    [Fact]
    public void No_row_of_a_source_can_be_the_bookmark()
        => Assert.Equal(["begini-00", "begini-0a", "begini-ff"], new[] { 0, 10, 255 }.Select(part => SweepBookmark.PartitionOf("begini", part)));
}
