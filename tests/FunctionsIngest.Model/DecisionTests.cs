using FunctionsIngest.Ledger;
using FunctionsIngest.Processing;
using FunctionsIngest.Queueing;

namespace FunctionsIngest.Model;

/// <summary>
/// The model and the product decide alike: every row and every message go through the decision table that the model
/// explores, and through the product's.
/// </summary>
public sealed class DecisionTests
{
    private const string Missing = "Missing";

    private static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    // How long ago the row was changed, by the storage's clock; null: it has no lease. One that ends now has lapsed.
    private static readonly TimeSpan?[] LiveLeases = [TimeSpan.Zero, Lease + TimeSpan.FromSeconds(2) - TimeSpan.FromTicks(1)];
    private static readonly TimeSpan?[] OtherLeases = [null, Lease + TimeSpan.FromSeconds(2), TimeSpan.FromDays(1)];

    // How long ago the row was inserted, and the delivery sent; and whether the model's message is late or of an
    // earlier row. It is late from an hour before the retention on, and of an earlier row if it is also an hour older
    // than the row.
    private static readonly (TimeSpan Row, TimeSpan Message, bool Late, bool Former)[] Ages =
    [
        (TimeSpan.FromHours(1), TimeSpan.FromHours(1), false, false),
        (TimeSpan.FromHours(1), TimeSpan.FromDays(3), false, false),
        (TimeSpan.FromDays(9), Retention - TimeSpan.FromHours(1) - TimeSpan.FromTicks(1), false, false),
        (TimeSpan.FromDays(9), Retention - TimeSpan.FromHours(1), true, false),
        (Retention - TimeSpan.FromHours(1), Retention, true, false),
        (TimeSpan.FromDays(2), TimeSpan.FromDays(8), true, true),
        (Retention - TimeSpan.FromHours(1), Retention + TimeSpan.FromTicks(1), true, true),
    ];

    private static readonly int[] Redrives = [0, 1, 2];
    private static readonly int[] Attempts = [0, 1, 2, 3];
    private static readonly int[] Takes = [0, 1, 2];

    /// <summary>The states of the product's rows, and that there is no row.</summary>
    public static TheoryData<string> States => [Missing, .. Enum.GetNames<Ledger.RowState>()];

    [Fact]
    public void The_model_knows_the_states_and_the_decisions_of_the_product()
    {
        Assert.Equal([Missing, .. Enum.GetNames<Ledger.RowState>()], Enum.GetNames<RowState>());
        Assert.Equal(Enum.GetNames<Processing.Decision>(), Enum.GetNames<Decision>());
    }

    [Theory]
    [MemberData(nameof(States))]
    public void The_model_and_the_product_decide_alike(string state)
    {
        var model = new Protocol(new Configuration { Name = "the decision table" });
        var pairs = 0;
        var differences = new List<string>();

        foreach (var (row, modelled, what) in RowsIn(state))
        {
            foreach (var redrive in Redrives)
            {
                foreach (var attempt in Attempts)
                {
                    foreach (var (rowAge, age, late, former) in Ages)
                    {
                        var product = DecisionTable.Decide(new RowReading(row is null ? null : row with { ReceivedAt = Now - rowAge }, Now), MessageOf(redrive, attempt, age), Retention).ToString();
                        var explored = model.Decide(modelled, new Processor { Redrive = (byte)redrive, Attempt = (byte)attempt, Late = late, Former = former }).ToString();
                        if (product != explored)
                            differences.Add($"{what}, message ({redrive}, {attempt}) of {age}: the product says {product}, the model {explored}");
                        pairs++;
                    }
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.Equal((state == Missing ? 12 : 2160) * Ages.Length, pairs);
    }

    [Theory]
    [InlineData(nameof(RowState.Received), 0, false, false)]
    [InlineData(nameof(RowState.Processing), 0, true, false)]
    [InlineData(nameof(RowState.Processing), 0, false, false)]
    [InlineData(nameof(RowState.Processing), 1, true, true)]
    [InlineData(nameof(RowState.Processing), 2, true, false)]
    [InlineData(nameof(RowState.Processing), 3, false, false)]
    [InlineData(nameof(RowState.Poisoned), 3, false, true)]
    public void The_model_and_the_product_take_a_row_alike(string state, int deaths, bool hasLease, bool isOutlived)
    {
        var model = new Protocol(new Configuration { Name = "the taking", Crashes = 3 });
        foreach (var redrive in Redrives)
        {
            var row = RowsIn(state).First().Row! with { Redrive = 1, Attempt = 1, Deaths = deaths, Lease = hasLease ? Lease : null, IsOutlived = isOutlived };
            var modelled = new Row { State = Enum.Parse<RowState>(state), Redrive = 1, Attempt = 1, Deaths = (byte)deaths, LeaseSet = hasLease, Outlived = isOutlived };

            var taken = DecisionTable.Take(row, MessageOf(redrive, 1, TimeSpan.Zero), "owner", Lease);
            var (explored, givesUp) = model.Take(modelled, new Processor { Redrive = (byte)redrive, Attempt = 1 });

            Assert.Equal((explored.Deaths, explored.Outlived), ((byte)Math.Min(taken.Deaths, DecisionTable.MaxDeaths), taken.IsOutlived));
            Assert.Equal(givesUp, DecisionTable.ReasonToGiveUp(taken) is not null);
            Assert.Equal(("owner", Lease, redrive, 1), (taken.Owner, taken.Lease, taken.Redrive, taken.Attempt));
        }
    }

    /// <summary>Every row in a state, as the product and as the model has it.</summary>
    private static IEnumerable<(LedgerRow? Row, Row Modelled, string What)> RowsIn(string state)
    {
        if (state == Missing)
        {
            yield return (null, default, "no row");
            yield break;
        }

        foreach (var redrive in Redrives)
        {
            foreach (var attempt in Attempts)
            {
                foreach (var takes in Takes)
                {
                    foreach (var lease in LiveLeases.Concat(OtherLeases))
                    {
                        var row = new LedgerRow
                        {
                            ChangedAt = Now - (lease ?? TimeSpan.Zero),
                            PartitionKey = "begini-00",
                            RowKey = "11",
                            ReceivedAt = Now,
                            State = Enum.Parse<Ledger.RowState>(state),
                            Redrive = redrive,
                            Attempt = attempt,
                            Takes = takes,
                            Lease = lease is null ? null : Lease,
                        };
                        var modelled = new Row
                        {
                            State = Enum.Parse<RowState>(state),
                            Redrive = (byte)redrive,
                            Attempt = (byte)attempt,
                            TakenAgain = takes > 1,
                            LeaseLive = LiveLeases.Contains(lease),
                        };
                        yield return (row, modelled, $"{state} ({redrive}, {attempt}) taken {takes} times, {(lease is null ? "no lease" : $"changed {lease} ago")}");
                    }
                }
            }
        }
    }

    private static Envelope MessageOf(int redrive, int attempt, TimeSpan age)
        => Envelope.For(new EventKey("begini", "0011"), "webhook", Now - age) with { Redrive = redrive, Attempt = attempt };
}
