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
            Lease = TimeSpan.FromMinutes(5),
            Takes = 4,
            Deaths = 2,
            IsOutlived = true,
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

    /// <summary>What a row of another version may say that this one does not know.</summary>
    public static TheoryData<string, object?> Unknown => new()
    {
        { "State", "Forwarded" },
        { "State", "Unreadable" },
        { "State", "3" },
        { "State", "processed" },
        { "State", "" },
        { "State", 3 },
        { "State", null },
        { "ReceivedAt", "2026-08-01" },
        { "ReceivedAt", null },
        { "Redrive", -1 },
        { "Redrive", "1" },
        { "Attempt", -1 },
        { "Attempt", 3L },
        { "Takes", -1 },
        { "Deaths", -1 },
        { "Deaths", "3" },
        { "LeaseMilliseconds", 0L },
        { "LeaseMilliseconds", -300L },
        { "LeaseMilliseconds", long.MaxValue },
        { "LeaseMilliseconds", 604_800_001L },
        { "LeaseMilliseconds", 300.5 },
        { "LeaseMilliseconds", "00:05:00" },
        { "IsOutlived", "true" },
        { "Owner", 5 },
        { "Finished", true },
    };

    [Theory]
    [MemberData(nameof(Unknown))]
    public void A_row_of_a_form_that_is_not_known_is_unreadable_and_not_ours_to_write(string property, object? value)
    {
        var entity = new LedgerRow { PartitionKey = "begini-00", RowKey = "11", ReceivedAt = ReceivedAt, State = RowState.Processing, Takes = 1, Lease = TimeSpan.FromMinutes(5) }.ToEntity();
        Assert.Equal(RowState.Processing, LedgerRow.FromEntity(entity).State);
        entity[property] = value;

        var row = LedgerRow.FromEntity(entity);

        Assert.Equal((RowState.Unreadable, "begini-00", "11", false), (row.State, row.PartitionKey, row.RowKey, row.IsFinal));
        Assert.Throws<InvalidOperationException>(row.ToEntity);
    }

    [Fact]
    public void No_row_of_a_source_can_be_the_bookmark()
        => Assert.Equal(["begini-00", "begini-0a", "begini-ff"], new[] { 0, 10, 255 }.Select(part => SweepBookmark.PartitionOf("begini", part)));
}
