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

    // From now on; null: no lease. One that ends now has lapsed.
    private static readonly TimeSpan?[] LiveLeases = [TimeSpan.FromTicks(1), TimeSpan.FromMinutes(5)];
    private static readonly TimeSpan?[] OtherLeases = [null, TimeSpan.Zero, TimeSpan.FromMinutes(-5)];

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
                    var product = DecisionTable.Decide(row, MessageOf(redrive, attempt), Now).ToString();
                    var explored = model.Decide(modelled, new Processor { Redrive = (byte)redrive, Attempt = (byte)attempt }).ToString();
                    if (product != explored)
                        differences.Add($"{what}, message ({redrive}, {attempt}): the product says {product}, the model {explored}");
                    pairs++;
                }
            }
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
        Assert.Equal(state == Missing ? 12 : 2160, pairs);
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
                            PartitionKey = "begini-00",
                            RowKey = "11",
                            ReceivedAt = Now,
                            State = Enum.Parse<Ledger.RowState>(state),
                            Redrive = redrive,
                            Attempt = attempt,
                            Takes = takes,
                            LeaseUntil = Now + lease,
                        };
                        var modelled = new Row
                        {
                            State = Enum.Parse<RowState>(state),
                            Redrive = (byte)redrive,
                            Attempt = (byte)attempt,
                            TakenAgain = takes > 1,
                            LeaseLive = LiveLeases.Contains(lease),
                        };
                        yield return (row, modelled, $"{state} ({redrive}, {attempt}) taken {takes} times, lease {lease?.ToString() ?? "none"}");
                    }
                }
            }
        }
    }

    private static Envelope MessageOf(int redrive, int attempt)
        => Envelope.For(new EventKey("begini", "0011"), "webhook", Now) with { Redrive = redrive, Attempt = attempt };
}
