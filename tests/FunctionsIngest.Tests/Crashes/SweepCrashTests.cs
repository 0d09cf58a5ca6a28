using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using static FunctionsIngest.Testing.StorageStep;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// A sweep dies at every call to storage that it makes, once before storage has carried the call out and once after,
/// and once it lives on: while that call is on its way a second instance does the whole of something that needs what a
/// sweep removes. To the sweep everything is old, also what the other one has just written: the adversary is stronger
/// than time is.
/// </summary>
public sealed class SweepCrashTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private const int AllAttempts = 3;

    // The steps of a sweep, piece by piece. First the poison queue.
    private static readonly StorageStep[] PoisonQueueIsEmpty = [Receive];

    private static readonly StorageStep[] PoisonQueueIsDrained =
        [Receive, Look, Take, LoadPayload, StorePoison, StorePoison, MarkPoisoned, RemovePayload, DeleteMessage, Receive];

    // The queue is counted before the poison queue, and the first that has a message ends the count.
    private static readonly StorageStep[] MessagesWait = [CountMessages];
    private static readonly StorageStep[] NoMessagesWait = [CountMessages, CountMessages];

    // A part of the table: which one it is, its rows, and that it is done. Then the page of payloads: which one it is,
    // and the list.
    private static readonly StorageStep[] RowIsLeft = [Sweep, Sweep, Sweep];
    private static readonly StorageStep[] RowIsRemoved = [Sweep, Sweep, RemoveRows, Sweep];
    private static readonly StorageStep[] PayloadsAreListed = [Sweep, Sweep];

    // The page of what is in poison: which one it is, the list, and for a body in it the look for its document.
    private static readonly StorageStep[] PoisonIsEmpty = [Sweep, ReadPoison];
    private static readonly StorageStep[] PoisonBodyIsLeft = [Sweep, ReadPoison, LookForPoison];
    private static readonly StorageStep[] PoisonBodyIsRemoved = [Sweep, ReadPoison, LookForPoison, RemovePoison];

    [Theory]
    [InlineData(Rival.None)]
    [InlineData(Rival.Same)]
    public async Task A_sweep_dies_at_every_step(Rival rival)
    {
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());
        for (var i = 0; i < 5; i++)
        {
            await lab.AttemptAsync(lab.Begin(isLarge: i % 2 == 0), 1);
            Assert.Equal(RowState.Processed, await lab.StateAsync());
        }

        // Given up by the host, and not taken up by the trigger.
        var poisoned = lab.Begin(AllAttempts);
        Assert.True(await lab.SendAsync(lab.Other, poisoned));
        var givenUp = Assert.Single(lab.TakeSent()).Body;
        var clients = lab.Other.Host.Clients;
        await clients.Events.ClearMessagesAsync();
        await clients.PoisonQueue.SendMessageAsync(givenUp, timeToLive: TimeSpan.FromSeconds(-1));

        // Accepted, and not processed yet, however late it is.
        var waiting = await AcceptAsync(lab);
        var message = Assert.Single(lab.TakeSent()).Body;
        await clients.Payloads.GetBlobClient($"begini-00/{new string('0', 62)}/nobody").UploadAsync(BinaryData.FromString("ownerless"));
        await clients.Poison.GetBlobClient("begini/removed.body").UploadAsync(BinaryData.FromString("ownerless"));

        lab.LetTheRetentionEnd();
        for (var call = 1; ; call++)
        {
            lab.Dying.Live(call, reachesStorage: false);
            await SweepAsync();
            lab.Dying.Live(call, reachesStorage: true);
            if (await SweepAsync())
                break;
        }

        // A sweep takes 46 of 256 parts.
        for (var i = 0; i < 24; i++)
            Assert.True(await CrashLab.SweepAsync(lab.Other));

        // What a dead sweep had taken off the poison queue comes back to the trigger.
        Assert.True(await CrashLab.DeliverAsync(lab.Other, givenUp, isPoison: true));
        Assert.Equal(["begini"], (await lab.Other.Host.ListPoisonAsync()).Select(name => name.Split('/')[0]));
        Assert.Equal(RowState.Received, await lab.StateAsync());
        Assert.Single(await lab.Other.Host.ListPayloadsAsync(), name => !name.EndsWith("/nobody", StringComparison.Ordinal));
        Assert.True(await CrashLab.DeliverAsync(lab.Other, message));
        Assert.Equal([waiting], await lab.ArchivedAsync());
        // This one's, and that of the event that was given up.
        Assert.Equal(2, await lab.CountRowsAsync());

        await lab.ClearQueuesAsync();
        Assert.True(await CrashLab.SweepAsync(lab.Other));
        Assert.Empty(await lab.Other.Host.ListPayloadsAsync());

        async Task<bool> SweepAsync()
        {
            var both = await Task.WhenAll(CrashLab.SweepAsync(lab.Dying), rival == Rival.None ? Task.FromResult(true) : CrashLab.SweepAsync(lab.Other));
            Assert.True(both[1]);
            return both[0];
        }
    }

    [Fact]
    public Task Another_processes_a_message_that_has_waited_for_a_retention() => ExploreAsync(
        [.. PoisonQueueIsEmpty, .. MessagesWait, .. RowIsLeft, .. PayloadsAreListed, .. MessagesWait, Look, .. PoisonIsEmpty],
        AcceptAsync,
        async (lab, _) =>
        {
            await lab.DealWithAllAsync();
            await lab.ClearQueuesAsync();
            return 1;
        });

    [Fact]
    public Task Another_keeps_what_is_on_the_poison_queue() => ExploreAsync(
        [.. PoisonQueueIsDrained, .. NoMessagesWait, .. RowIsRemoved, .. PayloadsAreListed, .. PoisonBodyIsLeft],
        async lab =>
        {
            var body = await AcceptAsync(lab);
            var message = Assert.Single(lab.TakeSent()).Body;
            await lab.ClearQueuesAsync();
            await lab.Other.Host.Clients.PoisonQueue.SendMessageAsync(message, timeToLive: TimeSpan.FromSeconds(-1));
            return body;
        },
        async (lab, _) =>
        {
            // To the sweep's lease it defers, and its own copy waits where the sweep's message does.
            await lab.DealWithAllAsync();
            return 1;
        });

    [Fact]
    public Task Another_sweeps() => ExploreAsync(
        [.. PoisonQueueIsEmpty, .. MessagesWait, .. RowIsRemoved, .. PayloadsAreListed, .. MessagesWait, Look, .. PoisonBodyIsRemoved],
        async lab =>
        {
            var body = await GiveUpAsync(lab);
            await BeginRedriveAsync(lab);
            return body;
        },
        async (lab, _) =>
        {
            Assert.True(await CrashLab.SweepAsync(lab.Other));
            return 1;
        });

    [Fact]
    public Task Another_redrives_the_event() => ExploreAsync(
        [.. PoisonQueueIsEmpty, .. NoMessagesWait, .. RowIsRemoved, .. PayloadsAreListed, .. PoisonBodyIsLeft],
        GiveUpAsync,
        async (lab, _) =>
        {
            Assert.Equal([RedriveResult.Sent], await lab.RedriveAsync(lab.Other));
            return 1;
        });

    [Fact]
    public Task Another_gives_up_again_what_a_dead_redriver_has_left_the_body_of() => ExploreAsync(
        [.. PoisonQueueIsEmpty, .. MessagesWait, .. RowIsLeft, .. PayloadsAreListed, .. MessagesWait, Look, .. PoisonBodyIsRemoved],
        async lab =>
        {
            var body = await GiveUpAsync(lab);
            await BeginRedriveAsync(lab);
            lab.FailingRedrives = 1;
            for (var i = 1; i < AllAttempts; i++)
                await lab.DealWithAllAsync();
            return body;
        },
        async (lab, _) =>
        {
            await lab.DealWithAllAsync();
            await lab.ClearQueuesAsync();
            Assert.Equal(RowState.Poisoned, await lab.StateAsync());
            return 1;
        });

    [Fact]
    public Task The_sender_sends_again_what_nobody_has_accepted() => ExploreAsync(
        [.. PoisonQueueIsEmpty, .. NoMessagesWait, .. RowIsRemoved, .. PayloadsAreListed, .. NoMessagesWait, Look, RemovePayload, .. PoisonIsEmpty],
        async lab =>
        {
            var body = lab.Begin(isLarge: true);
            // Between its payload and its send.
            lab.Dying.Live(2, reachesStorage: true);
            Assert.False(await lab.SendAsync(lab.Dying, body));
            return body;
        },
        async (lab, body) =>
        {
            Assert.True(await lab.SendAsync(lab.Other, body));
            return 1;
        });

    [Fact]
    public Task The_sender_sends_again_what_has_expired() => ExploreAsync(
        [.. PoisonQueueIsEmpty, .. NoMessagesWait, .. RowIsRemoved, .. PayloadsAreListed, .. NoMessagesWait, Look, RemovePayload, .. PoisonIsEmpty],
        async lab =>
        {
            var body = await AcceptAsync(lab);
            // Before it removes the payload.
            lab.Dying.Live(9);
            Assert.False(await CrashLab.DeliverAsync(lab.Dying, Assert.Single(lab.TakeSent()).Body));
            Assert.Equal(RowState.Processed, await lab.StateAsync());
            await lab.ClearQueuesAsync();
            return body;
        },
        async (lab, body) =>
        {
            Assert.True(await lab.SendAsync(lab.Other, body));
            // It is a duplicate while the row is there, and a new webhook from then on.
            var sent = lab.TakeSent();
            foreach (var message in sent)
                lab.PutBack(message);
            return 1 + sent.Count;
        });

    /// <summary>An accepted webhook.</summary>
    private static async Task<string> AcceptAsync(CrashLab lab)
    {
        var body = lab.Begin(isLarge: true);
        Assert.True(await lab.SendAsync(lab.Other, body));
        return body;
    }

    /// <summary>A webhook that has been given up.</summary>
    private static async Task<string> GiveUpAsync(CrashLab lab)
    {
        var body = lab.Begin(AllAttempts, isLarge: true);
        await lab.AttemptAsync(body, AllAttempts);
        Assert.Equal(RowState.Poisoned, await lab.StateAsync());
        await lab.ClearQueuesAsync();
        return body;
    }

    /// <summary>A redriver sends the event, and dies between its poison document and the body beside it.</summary>
    private static async Task BeginRedriveAsync(CrashLab lab)
    {
        lab.Dying.Live(7, reachesStorage: true);
        await lab.RedriveAsync(lab.Dying);
        Assert.EndsWith(".body", Assert.Single(await lab.Other.Host.ListPoisonAsync()), StringComparison.Ordinal);
    }

    /// <summary>Runs a case for every call that the sweep makes: it dies before it, after it, or not at all.</summary>
    /// <param name="expected">The steps of a sweep that the second instance does not disturb.</param>
    /// <param name="prepare">What comes before; tells the webhook's body.</param>
    /// <param name="meanwhile">
    /// What the second instance does while the call is on its way; tells how many webhooks are to be archived.
    /// </param>
    private async Task ExploreAsync(StorageStep[] expected, Func<CrashLab, Task<string>> prepare, Func<CrashLab, string, Task<int>> meanwhile)
    {
        const int MostCalls = 40;
        await using var lab = await CrashLab.StartAsync(azurite.NewStorage());
        var fates = new Action<int, Func<Task>>[]
        {
            (call, other) => lab.Dying.Live(call, reachesStorage: false, other),
            (call, other) => lab.Dying.Live(call, reachesStorage: true, other),
            lab.Dying.Wait,
        };
        var steps = new List<StorageStep>();
        for (var call = 1; ; call++)
        {
            Assert.True(call < MostCalls);
            foreach (var live in fates)
            {
                lab.Dying.IsPassedOver = _ => false;
                var body = await prepare(lab);
                await lab.FindEventAsync();
                await lab.TurnToPartAsync();
                lab.LetTheRetentionEnd();
                lab.Dying.IsPassedOver = lab.IsOfAnotherPart;
                Task<int>? other = null;
                live(call, () => other = meanwhile(lab, body));

                var isSwept = await CrashLab.SweepAsync(lab.Dying);
                Assert.Equal(!lab.Dying.IsDead, isSwept);
                var archived = await (other ?? meanwhile(lab, body));

                await VerifyAsync(lab, Enumerable.Repeat(body, archived));
                if (other is null)
                {
                    Assert.Equal(expected, steps);
                    return;
                }

                if (live == fates[0])
                    steps.Add(lab.Dying.LastStep!.Value);
            }
        }
    }

    private static async Task VerifyAsync(CrashLab lab, IEnumerable<string> archived)
    {
        await lab.DrainAsync();
        // What was given up meanwhile ends as well as anything else; as nothing is lost, a redrive ends well.
        Assert.DoesNotContain(RedriveResult.BodyLost, await lab.RedriveAsync(lab.Other));
        await lab.DrainAsync();

        Assert.Equal(archived, await lab.ArchivedAsync());
        Assert.Equal(archived.Count(), lab.Runs.Count(run => run is { Handler: CrashLab.Last, HasSucceeded: true }));
        await lab.TurnToPartAsync();
        Assert.Empty(await lab.SweepADayLaterAsync());
        Assert.Equal(0, await lab.CountRowsAsync());
    }
}
