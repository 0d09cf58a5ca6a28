using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// An instance dies at every call to storage that it makes on the way of a webhook, once before storage has carried the call out and once after:
/// between any two steps of the protocol. Alone, and with a second instance against it. Whatever the point: the sender's retry, or the message's
/// redelivery, ends in exactly one archived event.
/// </summary>
public sealed class CrashTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int AllAttempts = 3;

    /// <summary>Alone and against another that does the same.</summary>
    public static TheoryData<Rival, bool> SameRivals => SmallAndLarge(Rival.None, Rival.Same);

    /// <summary>These, and against another delivery.</summary>
    public static TheoryData<Rival, bool> AllRivals => SmallAndLarge(Rival.None, Rival.Same, Rival.OtherDelivery);

    [Theory]
    [MemberData(nameof(SameRivals))]
    public async Task A_request_dies_at_every_step(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, 0, isLarge, async body =>
        {
            await AcceptAsync(lab, rival, body);
            return RowState.Processed;
        });

        AssertSteps(rival, points, isLarge ? [StorageStep.Insert, StorageStep.StorePayload, StorageStep.Send] : [StorageStep.Insert, StorageStep.Send]);
        AssertRepeated(rival, points);
    }

    [Theory]
    [MemberData(nameof(SameRivals))]
    public async Task A_duplicates_request_dies_at_every_step(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, 0, isLarge, async body =>
        {
            // The first request has died between its insert and its send.
            await AcceptAsync(lab, rival, body);
            return RowState.Processed;
        }, async body =>
        {
            lab.Dying.Live(1, reachesStorage: true);
            Assert.False(await lab.SendAsync(lab.Dying, body));
        });

        AssertSteps(rival, points, isLarge
            ? [StorageStep.Insert, StorageStep.Look, StorageStep.StorePayload, StorageStep.Send, StorageStep.MarkHandedOver]
            : [StorageStep.Insert, StorageStep.Look, StorageStep.Send, StorageStep.MarkHandedOver]);
        AssertRepeated(rival, points);
    }

    [Theory]
    [MemberData(nameof(AllRivals))]
    public async Task A_processor_dies_at_every_step(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, 0, isLarge, ProcessAsync(lab, rival, RowState.Processed), body => lab.SendAsync(lab.Other, body));

        AssertSteps(rival, points, isLarge
            ?
            [
                StorageStep.Look, StorageStep.Take, StorageStep.LoadPayload, StorageStep.Archive, StorageStep.Archive, StorageStep.NoteHandler,
                StorageStep.NoteHandler, StorageStep.MarkProcessed, StorageStep.RemovePayload,
            ]
            : [StorageStep.Look, StorageStep.Take, StorageStep.Archive, StorageStep.NoteHandler, StorageStep.NoteHandler, StorageStep.MarkProcessed]);
        AssertRepeated(rival, points, "before NoteHandler: first", "before MarkProcessed: last");
    }

    [Theory]
    [MemberData(nameof(AllRivals))]
    public async Task A_processor_dies_inside_a_handler(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());
        var body = lab.Begin(isLarge: isLarge);
        lab.DiesInHandler = true;

        await lab.SendAsync(lab.Other, body);
        var state = await ProcessAsync(lab, rival, RowState.Processed)(body);
        await lab.DrainAsync();

        var repeated = await VerifyAsync(lab, body, state);
        Assert.Equal(lab.Dying.IsDead ? [CrashLab.First] : [], repeated);
        Assert.True(lab.Dying.IsDead || rival != Rival.None);
    }

    [Theory]
    [MemberData(nameof(AllRivals))]
    public async Task A_processor_dies_at_every_step_of_an_attempt_that_fails(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, 1, isLarge, ProcessAsync(lab, rival, RowState.Processed), body => lab.SendAsync(lab.Other, body));

        AssertSteps(rival, points, isLarge
            ?
            [
                StorageStep.Look, StorageStep.Take, StorageStep.LoadPayload, StorageStep.Archive, StorageStep.Archive, StorageStep.NoteHandler,
                StorageStep.NoteHandler, StorageStep.SendCopy, StorageStep.NoteFailure,
            ]
            :
            [
                StorageStep.Look, StorageStep.Take, StorageStep.Archive, StorageStep.NoteHandler, StorageStep.NoteHandler, StorageStep.SendCopy,
                StorageStep.NoteFailure,
            ]);
        AssertRepeated(rival, points, "before NoteHandler: first");
    }

    [Theory]
    [MemberData(nameof(SameRivals))]
    public async Task A_processor_dies_at_every_step_of_an_attempt_that_succeeds_after_one_that_failed(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, 1, isLarge, ProcessAsync(lab, rival, RowState.Processed), body => lab.AttemptAsync(body, 1));

        AssertSteps(rival, points, isLarge
            ?
            [
                StorageStep.Look, StorageStep.NoteHandler, StorageStep.LoadPayload, StorageStep.MarkProcessed, StorageStep.RemovePoison,
                StorageStep.RemovePayload,
            ]
            : [StorageStep.Look, StorageStep.NoteHandler, StorageStep.MarkProcessed, StorageStep.RemovePoison]);
        AssertRepeated(rival, points, "before MarkProcessed: last");
    }

    [Theory]
    [MemberData(nameof(SameRivals))]
    public async Task A_processor_dies_at_every_step_of_giving_up(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, AllAttempts, isLarge, ProcessAsync(lab, rival, RowState.Poisoned), body => lab.AttemptAsync(body, AllAttempts - 1));

        AssertSteps(rival, points, isLarge
            ?
            [
                StorageStep.Look, StorageStep.NoteHandler, StorageStep.LoadPayload, StorageStep.StorePoison, StorageStep.StorePoison, StorageStep.MarkPoisoned,
                StorageStep.RemovePayload,
            ]
            : [StorageStep.Look, StorageStep.NoteHandler, StorageStep.StorePoison, StorageStep.MarkPoisoned]);
        AssertRepeated(rival, points);
    }

    [Theory]
    [MemberData(nameof(AllRivals))]
    public async Task The_poison_trigger_dies_at_every_step(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(lab, AllAttempts, isLarge, ProcessAsync(lab, rival, RowState.Poisoned, isPoison: true), body => lab.SendAsync(lab.Other, body));

        AssertSteps(rival, points, isLarge
            ?
            [
                StorageStep.Look, StorageStep.Take, StorageStep.LoadPayload, StorageStep.StorePoison, StorageStep.StorePoison, StorageStep.MarkPoisoned,
                StorageStep.RemovePayload,
            ]
            : [StorageStep.Look, StorageStep.Take, StorageStep.StorePoison, StorageStep.MarkPoisoned]);
    }

    [Theory]
    [MemberData(nameof(SameRivals))]
    public async Task A_redrive_dies_at_every_step(Rival rival, bool isLarge)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());

        var points = await ExploreAsync(
            lab,
            AllAttempts,
            isLarge,
            async _ =>
            {
                await Task.WhenAll(lab.RedriveAsync(lab.Dying), rival == Rival.None ? Task.CompletedTask : lab.RedriveAsync(lab.Other));
                await lab.RedriveAsync(lab.Other);
                return RowState.Processed;
            },
            async body =>
            {
                await lab.AttemptAsync(body, AllAttempts);
                Assert.Equal(RowState.Poisoned, await lab.StateAsync());
            });

        // The list, the document, a body beside it, the row; likewise a removal is one of the document, and one of a body beside it.
        AssertSteps(rival, points, isLarge
            ?
            [
                StorageStep.ReadPoison, StorageStep.ReadPoison, StorageStep.ReadPoison, StorageStep.Look, StorageStep.StorePayload, StorageStep.Send,
                StorageStep.RemovePoison, StorageStep.RemovePoison,
            ]
            : [StorageStep.ReadPoison, StorageStep.ReadPoison, StorageStep.Look, StorageStep.Send, StorageStep.RemovePoison]);
        AssertRepeated(rival, points);
    }

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

    /// <summary>Delivers the message that has been sent to the instance that dies, and redelivers it if it has died.</summary>
    private static Func<string, Task<RowState>> ProcessAsync(CrashLab lab, Rival rival, RowState end, bool isPoison = false) => async body =>
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

        // Delivered to both, it is deleted by whoever got it last: the death of the first changes nothing.
        if (rival != Rival.None)
            Assert.True(dealtWith[1]);
        if (rival != Rival.Same && !dealtWith[0])
            lab.PutBack(isPoison ? message with { Queue = $"{message.Queue}-poison" } : message);
        return end;
    };

    /// <summary>Runs a case for every call that the instance makes, before and after, until it makes no more.</summary>
    /// <param name="lab">The instances.</param>
    /// <param name="failures">How many attempts fail.</param>
    /// <param name="isLarge">Whether the body is too large for a message.</param>
    /// <param name="act">What the instance dies in, and what goes on after it; tells how the event must end.</param>
    /// <param name="prepare">What comes before.</param>
    /// <returns>Where it died, and the handlers that ran again for it.</returns>
    private static async Task<List<CrashPoint>> ExploreAsync(
        CrashLab lab, int failures, bool isLarge, Func<string, Task<RowState>> act, Func<string, Task>? prepare = null)
    {
        const int MostCalls = 40;
        var points = new List<CrashPoint>();
        for (var call = 1; ; call++)
        {
            Assert.True(call < MostCalls);
            var isOver = false;
            foreach (var reachesStorage in new[] { false, true })
            {
                var body = lab.Begin(failures, isLarge);
                await (prepare?.Invoke(body) ?? Task.CompletedTask);
                lab.Dying.Live(call, reachesStorage);

                var end = await act(body);
                await lab.DrainAsync();

                var repeated = await VerifyAsync(lab, body, end);
                if (lab.Dying.IsDead)
                    points.Add(new CrashPoint(lab.Dying.LastStep!.Value, reachesStorage, repeated));
                isOver |= !lab.Dying.IsDead;
            }

            if (isOver)
                break;
        }

        Assert.Empty(await lab.SweepADayLaterAsync());
        return points;
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

    private static void AssertSteps(Rival rival, List<CrashPoint> points, StorageStep[] steps)
    {
        // Against a rival the instance may be too late for some steps, and have to take others.
        if (rival == Rival.None)
            Assert.Equal(steps, points.Where(point => !point.ReachesStorage).Select(point => point.Step));
        else
            Assert.NotEmpty(points);
    }

    private static void AssertRepeated(Rival rival, List<CrashPoint> points, params string[] expected)
    {
        if (rival == Rival.None)
            Assert.Equal(expected, points.SelectMany(point => point.Repeated.Select(handler => $"{(point.ReachesStorage ? "after" : "before")} {point.Step}: {handler}")));
    }

    private sealed record CrashPoint(StorageStep Step, bool ReachesStorage, IReadOnlyList<string> Repeated);
}
