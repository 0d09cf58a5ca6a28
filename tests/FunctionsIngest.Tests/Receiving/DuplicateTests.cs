using System.Net;
using FunctionsIngest.Ledger;
using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Receiving;

/// <summary>
/// What the path costs, and what becomes of a webhook that comes more than once, or whose request ends in its middle.
/// </summary>
public sealed class DuplicateTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task Storage_calls_on_the_wire()
    {
        await using var app = await ObservedHost.StartAsync(azurite, [new RecordingHandler("one")]);

        Assert.Equal([StorageStep.Insert, StorageStep.Send], await StepsOfAsync("small", "accepted"));
        Assert.Equal([StorageStep.Insert, StorageStep.StorePayload, StorageStep.Send], await StepsOfAsync(ObservedHost.LargeBody(), "accepted"));
        Assert.Equal([StorageStep.Insert, StorageStep.Look, StorageStep.Send, StorageStep.MarkHandedOver], await StepsOfAsync("small", "duplicate"));
        Assert.Equal([StorageStep.Insert, StorageStep.Look], await StepsOfAsync("small", "duplicate"));
        await app.Host.ProcessVisibleAsync();
        Assert.Equal([StorageStep.Insert, StorageStep.Look], await StepsOfAsync("small", "duplicate"));
        Assert.Equal([StorageStep.Insert, StorageStep.Look], await StepsOfAsync(ObservedHost.LargeBody(), "duplicate"));

        app.Proxy.ForgetCalls();
        using var forged = Genuine.Begini("small", key: "another-key");
        using var invalid = Genuine.Aghanim("{}");
        using var unknown = Genuine.Post("nobody", []);
        foreach (var request in new[] { forged, invalid, unknown })
            Assert.InRange((int)(await app.Host.Http.SendAsync(request)).StatusCode, 400, 404);
        Assert.Empty(app.Proxy.Calls);

        async Task<IEnumerable<StorageStep>> StepsOfAsync(string body, string outcome)
        {
            app.Proxy.ForgetCalls();
            Assert.Equal((HttpStatusCode.OK, outcome), Outcome(await app.Host.SendBeginiAsync(body)));
            // All calls, not only those that are a step.
            return app.Proxy.Calls.Select(StorageSteps.Of);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_32_copies_at_once_one_is_accepted_and_each_handler_runs_once(bool isLarge)
    {
        var one = new RecordingHandler("one");
        var two = new RecordingHandler("two");
        await using var app = await ObservedHost.StartAsync(azurite, [one, two]);
        var body = isLarge ? ObservedHost.LargeBody() : "{}";

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => app.Host.SendBeginiAsync(body)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.Host.ProcessVisibleAsync()));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers, answer => answer.Outcome == "accepted");
        Assert.Equal(31, answers.Count(answer => answer.Outcome == "duplicate"));
        var id = Assert.Single(answers.Select(answer => answer.Id).Distinct());
        Assert.Single(await app.Host.ListArchiveAsync(), name => name.EndsWith(".json", StringComparison.Ordinal));
        Assert.Equal(id, Assert.Single(one.Runs).Id);
        Assert.Single(two.Runs);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id!)).State);
    }

    [Theory]
    [InlineData(nameof(RowState.Received), true, nameof(RowState.HandedOver))]
    [InlineData(nameof(RowState.HandedOver), false, nameof(RowState.HandedOver))]
    [InlineData(nameof(RowState.Processing), false, nameof(RowState.Processing))]
    [InlineData(nameof(RowState.Processed), false, nameof(RowState.Processed))]
    [InlineData(nameof(RowState.Poisoned), false, nameof(RowState.Poisoned))]
    public async Task A_duplicate_sends_again_only_while_nobody_knows_whether_the_first_did(string state, bool sends, string after)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var (id, _) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => row.State = Enum.Parse<RowState>(state));

        Assert.Equal((HttpStatusCode.OK, "duplicate"), Outcome(await app.Host.SendBeginiAsync("{}")));

        Assert.Equal(sends ? 1 : 0, app.Proxy.Sent.Count);
        Assert.Equal(after, (await app.RowAsync(id)).State.ToString());
    }

    [Fact]
    public async Task A_state_written_while_a_duplicate_was_sending_stays()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.MarkHandedOver, StorageFault.Until(released.Task), times: 1);
        var sending = app.Host.SendBeginiAsync("{}");

        await app.MeanwhileAsync(StorageStep.MarkHandedOver, sending, () => app.Host.ProcessAsync(message), released.SetResult);
        await app.Host.ProcessVisibleAsync();

        Assert.Equal((HttpStatusCode.OK, "duplicate"), Outcome(await sending));
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Single(handler.Runs);
    }

    [Fact]
    public async Task A_duplicate_whose_row_expires_under_it_is_a_new_webhook()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, _) = await app.AcceptAsync();
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.Look, StorageFault.Until(released.Task), times: 1);
        var sending = app.Host.SendBeginiAsync("{}");

        await app.MeanwhileAsync(StorageStep.Look, sending, () => app.ExpireRowAsync(id), released.SetResult);
        await app.Host.ProcessVisibleAsync();

        Assert.Equal((HttpStatusCode.OK, "accepted"), Outcome(await sending));
        Assert.Equal(id, Assert.Single(handler.Runs).Id);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Theory]
    [InlineData(nameof(StorageStep.Send), false)]
    [InlineData(nameof(StorageStep.Send), true)]
    [InlineData(nameof(StorageStep.StorePayload), false)]
    [InlineData(nameof(StorageStep.StorePayload), true)]
    [InlineData(nameof(StorageStep.Insert), true)]
    public async Task A_request_cut_in_its_middle_is_processed_once_after_the_senders_retry(string step, bool reachesStorage)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        var body = ObservedHost.LargeBody();
        using (app.Fail(Enum.Parse<StorageStep>(step), reachesStorage ? StorageFault.CutAfter : StorageFault.CutBefore))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Host.SendBeginiAsync(body)).Status);

        var retry = await app.Host.SendBeginiAsync(body);
        Assert.Equal((HttpStatusCode.OK, "duplicate"), Outcome(retry));
        await app.Host.ProcessVisibleAsync();

        Assert.Equal(retry.Id, Assert.Single(handler.Runs).Id);
        Assert.Equal(body, handler.Runs[0].Body.ToString());
        Assert.Equal(RowState.Processed, (await app.RowAsync(retry.Id!)).State);
    }

    [Fact]
    public async Task A_request_that_failed_before_its_insert_is_accepted_at_the_senders_retry()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        using (app.Fail(StorageStep.Insert, StorageFault.CutBefore))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await app.Host.SendBeginiAsync("{}")).Status);

        Assert.Equal((HttpStatusCode.OK, "accepted"), Outcome(await app.Host.SendBeginiAsync("{}")));
        await app.Host.ProcessVisibleAsync();
        Assert.Single(handler.Runs);
    }

    [Theory]
    [InlineData(nameof(StorageStep.Insert), "duplicate")]
    [InlineData(nameof(StorageStep.Send), "accepted")]
    public async Task An_answer_lost_once_is_made_up_for_by_the_second_try(string step, string outcome)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        app.Fail(Enum.Parse<StorageStep>(step), StorageFault.CutAfter, times: 1);

        // Whether the insert was its own, a request cannot know: it sends, as a duplicate does.
        Assert.Equal((HttpStatusCode.OK, outcome), Outcome(await app.Host.SendBeginiAsync("{}")));
        await app.Host.ProcessVisibleAsync();

        Assert.Single(handler.Runs);
    }

    [Fact]
    public async Task A_caller_that_hangs_up_after_the_insert_changes_nothing()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.Send, StorageFault.Until(released.Task), times: 1);
        using var hangUp = new CancellationTokenSource();
        using var request = Genuine.Begini("{}");
        var sending = app.Host.Http.SendAsync(request, hangUp.Token);
        await ObservedHost.UntilAsync(() => Task.FromResult(app.Steps.Contains(StorageStep.Send)));

        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        released.SetResult();

        await ObservedHost.UntilAsync(async () => await app.Host.CountMessagesAsync() == 1);
        await app.Host.ProcessVisibleAsync();
        Assert.Single(handler.Runs);
    }

    [Fact]
    public async Task A_replay_within_the_retention_is_never_processed_again()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        await app.Host.SendBeginiAsync("{}");
        await app.Host.ProcessVisibleAsync();

        for (var day = 0; day < 6; day++)
        {
            app.Time.Advance(TimeSpan.FromDays(1));
            for (var hour = 0; hour < 24; hour++)
                await app.Host.Ingestion.SweepAsync(CancellationToken.None);
            Assert.Equal((HttpStatusCode.OK, "duplicate"), Outcome(await app.Host.SendBeginiAsync("{}")));
        }

        Assert.Equal(0, await app.Host.ProcessVisibleAsync());
        Assert.Single(handler.Runs);
    }

    private static (HttpStatusCode Status, string? Outcome) Outcome((HttpStatusCode Status, string? Outcome, string? Id) answer) => (answer.Status, answer.Outcome);
}
