using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using static FunctionsIngest.Testing.StorageStep;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// An instance dies at every call to storage that it makes on the way of a webhook, once before storage has carried the
/// call out and once after: between any two steps of the protocol. Alone, and with a second instance against it.
/// Whatever the point: the sender's retry, or the message's redelivery, ends in exactly one archived event.
/// </summary>
public sealed class CrashTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int AllAttempts = 3;

    // Named here, since the name alone is that of a namespace.
    private const StorageStep Archive = StorageStep.Archive;

    /// <summary>Alone and against another that does the same.</summary>
    public static TheoryData<Rival, bool> SameRivals => SmallAndLarge(Rival.None, Rival.Same);

    /// <summary>These, and against another delivery.</summary>
    public static TheoryData<Rival, bool> AllRivals => SmallAndLarge(Rival.None, Rival.Same, Rival.OtherDelivery);

    [Theory]
    [MemberData(nameof(SameRivals))]
    public Task A_request_dies_at_every_step(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Act = AcceptAsync,
            Steps = [Insert, .. IfLarge(isLarge, StorePayload), Send],
            Repeated = [],
        });

    [Theory]
    [MemberData(nameof(SameRivals))]
    public Task A_duplicates_request_dies_at_every_step(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            // The first request has died between its insert and its send.
            Prepare = async (lab, body) =>
            {
                lab.Dying.Live(1, reachesStorage: true);
                Assert.False(await lab.SendAsync(lab.Dying, body));
            },
            Act = AcceptAsync,
            Steps = [Insert, Look, .. IfLarge(isLarge, StorePayload), Send, MarkHandedOver],
            Repeated = [],
        });

    [Theory]
    [MemberData(nameof(AllRivals))]
    public Task A_processor_dies_at_every_step(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Prepare = (lab, body) => lab.SendAsync(lab.Other, body),
            Act = ProcessAsync,
            Steps =
            [
                Look, Take, .. IfLarge(isLarge, LoadPayload), Archive, .. IfLarge(isLarge, Archive), NoteHandler, NoteHandler, MarkProcessed,
                .. IfLarge(isLarge, RemovePayload),
            ],
            Repeated = ["before NoteHandler: first", "before MarkProcessed: last"],
        });

    [Theory]
    [MemberData(nameof(AllRivals))]
    public async Task A_processor_dies_inside_a_handler(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());
        var body = lab.Begin(isLarge: isLarge);
        lab.DiesInHandler = true;

        await lab.SendAsync(lab.Other, body);
        await ProcessAsync(lab, rival, body);
        await lab.DrainAsync();

        var repeated = await VerifyAsync(lab, body, RowState.Processed);
        Assert.Equal(lab.Dying.IsDead ? [CrashLab.First] : [], repeated);
        Assert.True(lab.Dying.IsDead || rival != Rival.None);
    }

    [Theory]
    [MemberData(nameof(AllRivals))]
    public Task A_processor_dies_at_every_step_of_an_attempt_that_fails(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Failures = 1,
            Prepare = (lab, body) => lab.SendAsync(lab.Other, body),
            Act = ProcessAsync,
            Steps =
            [
                Look, Take, .. IfLarge(isLarge, LoadPayload), Archive, .. IfLarge(isLarge, Archive), NoteHandler, NoteHandler, SendCopy, NoteFailure,
            ],
            Repeated = ["before NoteHandler: first"],
        });

    [Theory]
    [MemberData(nameof(SameRivals))]
    public Task A_processor_dies_at_every_step_of_an_attempt_that_succeeds_after_one_that_failed(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Failures = 1,
            Prepare = (lab, body) => lab.AttemptAsync(body, 1),
            Act = ProcessAsync,
            // On the wire the taking looks like a note, since handlers have finished before.
            Steps = [Look, NoteHandler, .. IfLarge(isLarge, LoadPayload), MarkProcessed, RemovePoison, .. IfLarge(isLarge, RemovePayload)],
            Repeated = ["before MarkProcessed: last"],
        });

    [Theory]
    [MemberData(nameof(SameRivals))]
    public Task A_processor_dies_at_every_step_of_giving_up(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Failures = AllAttempts,
            Prepare = (lab, body) => lab.AttemptAsync(body, AllAttempts - 1),
            Act = ProcessAsync,
            End = RowState.Poisoned,
            Steps =
            [
                Look, NoteHandler, .. IfLarge(isLarge, LoadPayload), .. IfLarge(isLarge, StorePoison), StorePoison, MarkPoisoned,
                .. IfLarge(isLarge, RemovePayload),
            ],
            Repeated = [],
        });

    [Theory]
    [MemberData(nameof(AllRivals))]
    public Task The_poison_trigger_dies_at_every_step(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Failures = AllAttempts,
            Prepare = (lab, body) => lab.SendAsync(lab.Other, body),
            Act = (lab, against, body) => DeliverAsync(lab, against, body, isPoison: true),
            End = RowState.Poisoned,
            Steps =
            [
                Look, Take, .. IfLarge(isLarge, LoadPayload), .. IfLarge(isLarge, StorePoison), StorePoison, MarkPoisoned,
                .. IfLarge(isLarge, RemovePayload),
            ],
            Repeated = [],
        });

    [Theory]
    [MemberData(nameof(SameRivals))]
    public Task A_redrive_dies_at_every_step(Rival rival, bool isLarge) => ExploreAsync(
        new Scenario(rival, isLarge)
        {
            Failures = AllAttempts,
            Prepare = async (lab, body) =>
            {
                await lab.AttemptAsync(body, AllAttempts);
                Assert.Equal(RowState.Poisoned, await lab.StateAsync());
            },
            Act = async (lab, against, _) =>
            {
                await Task.WhenAll(lab.RedriveAsync(lab.Dying), against == Rival.None ? Task.CompletedTask : lab.RedriveAsync(lab.Other));
                await lab.RedriveAsync(lab.Other);
            },
            // It reads the list, the document, a body beside it and the row. It removes the document and the body.
            Steps =
            [
                ReadPoison, ReadPoison, .. IfLarge(isLarge, ReadPoison), Look, .. IfLarge(isLarge, StorePayload), Send,
                RemovePoison, .. IfLarge(isLarge, RemovePoison),
            ],
            Repeated = [],
        });

    /// <summary>A step that only a body takes that is too large for a message.</summary>
    private static StorageStep[] IfLarge(bool isLarge, StorageStep step) => isLarge ? [step] : [];

    private static TheoryData<Rival, bool> SmallAndLarge(params Rival[] rivals)
    {
        var cases = new TheoryData<Rival, bool>();
        foreach (var rival in rivals)
        {
            cases.Add(rival, false);
            cases.Add(rival, true);
        }

        return cases;
    }

    /// <summary>Sends to the instance that dies, and, as the sender got no 2xx, to the other one.</summary>
    private static async Task AcceptAsync(CrashLab lab, Rival rival, string body)
    {
        var both = await Task.WhenAll(lab.SendAsync(lab.Dying, body), rival == Rival.None ? Task.FromResult(false) : lab.SendAsync(lab.Other, body));
        if (!both.Contains(true))
            Assert.True(await lab.SendAsync(lab.Other, body));
    }

    /// <summary>
    /// Delivers the message that has been sent to the instance that dies, and redelivers it if it has died.
    /// </summary>
    private static Task ProcessAsync(CrashLab lab, Rival rival, string body) => DeliverAsync(lab, rival, body, isPoison: false);

    /// <summary>The same for the queue or the poison queue.</summary>
    private static async Task DeliverAsync(CrashLab lab, Rival rival, string body, bool isPoison)
    {
        var message = Assert.Single(lab.TakeSent());
        var other = message;
        if (rival == Rival.OtherDelivery)
        {
            Assert.True(await lab.SendAsync(lab.Other, body));
            other = Assert.Single(lab.TakeSent());
        }

        var dealtWith = await Task.WhenAll(
            CrashLab.DeliverAsync(lab.Dying, message.Body, isPoison),
            rival == Rival.None ? Task.FromResult(false) : CrashLab.DeliverAsync(lab.Other, other.Body, isPoison));

        // Delivered to both, it is deleted by the last receiver: the death of the first changes nothing.
        if (rival != Rival.None)
            Assert.True(dealtWith[1]);
        if (rival != Rival.Same && !dealtWith[0])
            lab.PutBack(isPoison ? message with { Queue = $"{message.Queue}-poison" } : message);
    }

    /// <summary>Runs a scenario for every call that the instance makes: it dies before it, and after it.</summary>
    private async Task ExploreAsync(Scenario scenario)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());
        const int MostCalls = 40;
        var points = new List<CrashPoint>();
        for (var call = 1; ; call++)
        {
            Assert.True(call < MostCalls);
            var isOver = false;
            foreach (var reachesStorage in new[] { false, true })
            {
                var body = lab.Begin(scenario.Failures, scenario.IsLarge);
                await scenario.Prepare(lab, body);
                lab.Dying.Live(call, reachesStorage);

                await scenario.Act(lab, scenario.Rival, body);
                await lab.DrainAsync();

                var repeated = await VerifyAsync(lab, body, scenario.End);
                if (lab.Dying.IsDead)
                    points.Add(new CrashPoint(lab.Dying.LastStep!.Value, reachesStorage, repeated));
                isOver |= !lab.Dying.IsDead;
            }

            if (isOver)
                break;
        }

        Assert.Empty(await lab.SweepADayLaterAsync());
        AssertPoints(scenario, points);
    }

    /// <returns>The handlers that ran again.</returns>
    private static async Task<IReadOnlyList<string>> VerifyAsync(CrashLab lab, string body, RowState end)
    {
        Assert.Equal(end, await lab.StateAsync());
        if (end == RowState.Processed)
        {
            // A document may be left beside a Processed row. A redrive removes it, and does nothing else.
            Assert.DoesNotContain(await lab.RedriveAsync(lab.Other), result => result != RedriveResult.AlreadyProcessed);
            Assert.DoesNotContain(await lab.Other.Host.ListPoisonAsync(), name => name.EndsWith(".json", StringComparison.Ordinal));
            Assert.Equal([body], await lab.ArchivedAsync());
        }
        else
        {
            // As nothing is lost, a redrive ends well.
            Assert.Equal([RedriveResult.Sent], await lab.RedriveAsync(lab.Other));
            await lab.DrainAsync();
            Assert.Equal(RowState.Processed, await lab.StateAsync());
            Assert.Equal([body], await lab.ArchivedAsync());
        }

        var repeated = new List<string>();
        foreach (var runs in lab.Runs.Where(run => run.HasSucceeded).GroupBy(run => run.Handler))
        {
            // One that ended in the instance that died, before that was noted, may run again; it is told so.
            Assert.InRange(runs.Count(), 1, lab.Dying.IsDead ? 2 : 1);
            Assert.Single(runs, run => run.Instance == lab.Other || !lab.Dying.IsDead || runs.Count() == 1);
            if (runs.Count() == 2)
            {
                Assert.True(runs.Last().Event.MayHaveRun);
                repeated.Add(runs.Key);
            }
        }

        Assert.Equal(2, lab.Runs.Where(run => run.HasSucceeded).Select(run => run.Handler).Distinct().Count());
        return repeated;
    }

    private static void AssertPoints(Scenario scenario, List<CrashPoint> points)
    {
        // Against a rival the instance may be too late for some steps, and have to take others.
        if (scenario.Rival != Rival.None)
        {
            Assert.NotEmpty(points);
            return;
        }

        Assert.Equal(scenario.Steps, points.Where(point => !point.ReachesStorage).Select(point => point.Step));
        Assert.Equal(
            scenario.Repeated,
            points.SelectMany(point => point.Repeated.Select(handler => $"{(point.ReachesStorage ? "after" : "before")} {point.Step}: {handler}")));
    }

    /// <summary>What an instance dies in.</summary>
    /// <param name="Rival">What the second instance does meanwhile.</param>
    /// <param name="IsLarge">Whether the body is too large for a message.</param>
    private sealed record Scenario(Rival Rival, bool IsLarge)
    {
        /// <summary>How many attempts fail.</summary>
        public int Failures { get; init; }

        /// <summary>What comes before.</summary>
        public Func<CrashLab, string, Task> Prepare { get; init; } = (_, _) => Task.CompletedTask;

        /// <summary>What the instance dies in, and what goes on after it.</summary>
        public required Func<CrashLab, Rival, string, Task> Act { get; init; }

        /// <summary>How the event must end.</summary>
        public RowState End { get; init; } = RowState.Processed;

        /// <summary>The steps that the instance takes without a rival, and therefore dies at.</summary>
        public required StorageStep[] Steps { get; init; }

        /// <summary>The deaths, without a rival, after which a handler runs again, and which handler.</summary>
        public required string[] Repeated { get; init; }
    }

    /// <summary>Where an instance has died, and the handlers that ran again because of it.</summary>
    private sealed record CrashPoint(StorageStep Step, bool ReachesStorage, IReadOnlyList<string> Repeated);
}
