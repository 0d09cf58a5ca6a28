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

    // In seconds from now; null: no lease. One that ends now is over.
    private static readonly int?[] LiveLeases = [1, 300];
    private static readonly int?[] DeadLeases = [null, 0, -1, -300];
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
            LeaseUntil = lease is { } seconds ? Now.AddSeconds(seconds) : null,
            Delivery = "another",
        };

        Assert.Equal(decision, DecisionTable.Decide(row, Message(3, 3), Now).ToString());
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
            LeaseUntil = Now.AddSeconds(1),
        };
        var message = Message(3, 3);

        foreach (var delivery in new[] { message.Delivery, "another", null })
        {
            row.Delivery = delivery;
            Assert.Equal(Decision.Defer, DecisionTable.Decide(row, message, Now));
        }
    }

    [Fact]
    public void A_missing_row_is_inserted() => Assert.Equal(Decision.Insert, DecisionTable.Decide(null, Message(3, 3), Now));

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

    private static Envelope Message(int redrive, int attempt)
        => Envelope.For(new EventKey("begini", "0011"), "webhook", Now) with { Redrive = redrive, Attempt = attempt };
}
