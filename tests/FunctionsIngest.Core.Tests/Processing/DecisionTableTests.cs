using System.Globalization;
using FunctionsIngest.Ledger;
using FunctionsIngest.Processing;
using FunctionsIngest.Queueing;

namespace FunctionsIngest.Core.Tests.Processing;

public sealed class DecisionTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    // The message is redrive 3, attempt 3; the row has these.
    private static readonly (int Redrive, int Attempt)[] OlderRows = [(2, 2), (2, 3), (2, 4), (3, 2)];
    private static readonly (int Redrive, int Attempt)[] EqualRows = [(3, 3)];
    private static readonly (int Redrive, int Attempt)[] NewerRows = [(3, 4), (4, 1), (4, 3), (4, 4)];
    private static readonly (int Redrive, int Attempt)[] AllRows = [.. OlderRows, .. EqualRows, .. NewerRows];

    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    // How many seconds the row has been unchanged, by the storage's clock; null: no lease. A lease has two seconds
    // more.
    private static readonly int?[] LiveLeases = [0, 300, 301];
    private static readonly int?[] DeadLeases = [null, 302, 303, 600];
    private static readonly int?[] AllLeases = [.. LiveLeases, .. DeadLeases];

    /// <summary>The table, line by line, every line with every row and lease that it speaks of.</summary>
    public static TheoryData<string, int, int, int?, string> Table()
    {
        var table = new TheoryData<string, int, int, int?, string>();
        Add(RowState.Processed, AllRows, AllLeases, Decision.DropAtEnd);
        Add(RowState.Poisoned, [.. EqualRows, .. NewerRows, (3, 2)], AllLeases, Decision.DropAtEnd);
        Add(RowState.Poisoned, [(2, 2), (2, 3), (2, 4)], AllLeases, Decision.Take);
        Add(RowState.Processing, NewerRows, AllLeases, Decision.DropAsOlder);
        Add(RowState.Processing, [.. OlderRows, .. EqualRows], LiveLeases, Decision.Defer);
        Add(RowState.Processing, [.. OlderRows, .. EqualRows], DeadLeases, Decision.Take);
        Add(RowState.Received, [(0, 0)], [null], Decision.Take);
        Add(RowState.HandedOver, [(0, 0)], [null], Decision.Take);
        return table;

        void Add(RowState state, (int Redrive, int Attempt)[] rows, int?[] leases, Decision decision)
        {
            foreach (var (redrive, attempt) in rows)
            {
                foreach (var lease in leases)
                    table.Add(state.ToString(), redrive, attempt, lease, decision.ToString());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void The_first_line_that_matches_holds(string state, int redrive, int attempt, int? lease, string decision)
    {
        var row = new LedgerRow
        {
            PartitionKey = "begini-00",
            RowKey = "11",
            ReceivedAt = Now,
            State = Enum.Parse<RowState>(state),
            Redrive = redrive,
            Attempt = attempt,
            Lease = lease is null ? null : Lease,
            ChangedAt = Now.AddSeconds(-lease ?? 0),
            Delivery = "another",
        };

        Assert.Equal(decision, Decide(row, Message(3, 3)).ToString());
    }

    [Fact]
    public void The_delivery_does_not_matter()
    {
        var row = new LedgerRow
        {
            PartitionKey = "begini-00",
            RowKey = "11",
            ReceivedAt = Now,
            State = RowState.Processing,
            Redrive = 3,
            Attempt = 3,
            Lease = Lease,
            ChangedAt = Now,
        };
        var message = Message(3, 3);

        foreach (var delivery in new[] { message.Delivery, "another", null })
        {
            row.Delivery = delivery;
            Assert.Equal(Decision.Defer, Decide(row, message));
        }
    }

    [Fact]
    public void A_missing_row_is_inserted() => Assert.Equal(Decision.Insert, Decide(null, Message(3, 3)));

    [Theory]
    [InlineData("7.00:00:00", "6.22:59:59", Decision.Insert)]
    [InlineData("7.00:00:00", "6.23:00:00", Decision.InsertOutlived)]
    [InlineData("180.00:00:00", "8.00:00:00", Decision.Insert)]
    [InlineData("180.00:00:00", "180.00:00:00", Decision.InsertOutlived)]
    // Under two hours the margin is half of the retention.
    [InlineData("01:00:00", "00:29:59", Decision.Insert)]
    [InlineData("01:00:00", "00:30:00", Decision.InsertOutlived)]
    // A clock that was ahead when the message was sent.
    [InlineData("7.00:00:00", "-00:10:00", Decision.Insert)]
    public void A_missing_row_is_inserted_to_be_given_up_where_a_final_one_may_have_expired(string retention, string age, object decision)
    {
        var message = Message(0, 1) with { SentAt = Now - TimeSpan.Parse(age, CultureInfo.InvariantCulture) };

        Assert.Equal(decision, DecisionTable.Decide(new RowReading(null, Now), message, TimeSpan.Parse(retention, CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(RowState.Received, 1, true)]
    [InlineData(RowState.Processing, 1, true)]
    [InlineData(RowState.Processed, 1, false)]
    [InlineData(RowState.Poisoned, 1, false)]
    // It is the row's own: it was sent before the row was inserted only by as much as clocks differ.
    [InlineData(RowState.Received, 167, false)]
    [InlineData(RowState.Received, 400, false)]
    public void A_late_message_leaves_a_row_that_was_inserted_after_it(object state, int rowHours, bool isFormer)
    {
        var row = new LedgerRow { PartitionKey = "begini-00", RowKey = "11", ReceivedAt = Now.AddHours(-rowHours), State = (RowState)state };
        var message = Message(0, 1) with { SentAt = Now - Retention };

        Assert.Equal(isFormer, Decide(row, message) == Decision.KeepFormer);
        Assert.NotEqual(Decision.KeepFormer, Decide(row, message with { SentAt = Now.AddDays(-6) }));
    }

    [Fact]
    public void A_message_whose_row_is_unreadable_is_kept_as_unreadable()
    {
        var row = new LedgerRow { PartitionKey = "begini-00", RowKey = "11", ReceivedAt = default, State = RowState.Unreadable };

        Assert.Equal(Decision.KeepUnreadable, Decide(row, Message(0, 1)));
        Assert.Equal(Decision.KeepUnreadable, Decide(row, Message(9, 1) with { SentAt = Now - (2 * Retention) }));
    }

    [Fact]
    public void Each_lease_that_was_not_given_up_is_a_death_and_three_are_enough()
    {
        var row = new LedgerRow { PartitionKey = "begini-00", RowKey = "11", ReceivedAt = Now, State = RowState.HandedOver };
        for (var deaths = 0; deaths <= 3; deaths++)
        {
            row = DecisionTable.Take(row, Message(0, 1), $"{deaths}", Lease);
            Assert.Equal((deaths, deaths + 1, deaths == 3), (row.Deaths, row.Takes, DecisionTable.ReasonToGiveUp(row) is not null));
        }

        Assert.Contains("died three times", DecisionTable.ReasonToGiveUp(row), StringComparison.Ordinal);

        // One that was given up does not count; a redrive counts anew.
        Assert.Equal(3, DecisionTable.Take(row with { Lease = null }, Message(0, 2), "next", Lease).Deaths);
        Assert.Equal(0, DecisionTable.Take(row, Message(1, 1), "redrive", Lease).Deaths);
        Assert.Null(DecisionTable.ReasonToGiveUp(DecisionTable.Take(row with { IsOutlived = true }, Message(1, 1), "redrive", Lease)));
    }

    [Theory]
    [InlineData(1, 1, 0, 1, 0, false)]
    // Between its insert and its first taking.
    [InlineData(0, 0, 0, 1, 0, false)]
    [InlineData(2, 1, 0, 1, 0, true)]
    // The row has expired, and was inserted anew by a retry or by a redrive.
    [InlineData(1, 2, 0, 2, 0, true)]
    [InlineData(1, 1, 1, 1, 1, true)]
    // The same, and the message is older or newer than the row.
    [InlineData(1, 2, 0, 1, 0, true)]
    [InlineData(1, 1, 1, 1, 0, true)]
    [InlineData(1, 1, 0, 2, 0, true)]
    [InlineData(1, 1, 0, 1, 1, true)]
    public void Takings_are_told_by_the_row_and_by_the_message(int takes, int rowAttempt, int rowRedrive, int attempt, int redrive, bool wasTakenBefore)
    {
        var row = new LedgerRow
        {
            PartitionKey = "begini-00",
            RowKey = "11",
            ReceivedAt = Now,
            Takes = takes,
            Attempt = rowAttempt,
            Redrive = rowRedrive,
        };

        Assert.Equal(wasTakenBefore, DecisionTable.WasTakenBefore(row, Message(redrive, attempt)));
    }

    private static Decision Decide(LedgerRow? row, Envelope message) => DecisionTable.Decide(new RowReading(row, Now), message, Retention);

    private static Envelope Message(int redrive, int attempt)
        => Envelope.For(new EventKey("begini", "0011"), "webhook", Now) with { Redrive = redrive, Attempt = attempt };
}
