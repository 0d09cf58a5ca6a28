using System.Text;
using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Processing;
using FunctionsIngest.Queueing;
using FunctionsIngest.Senders;
using FunctionsIngest.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Tests.Processing;

public sealed class EventProcessorTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    [Fact]
    public async Task All_handlers_run_once_in_order_after_the_archive_and_the_row_says_Processed()
    {
        var order = new List<string>();
        var one = new RecordingHandler("one", _ => Note("one"));
        var two = new RecordingHandler("two", _ => Note("two"));
        await using var app = await ObservedHost.StartAsync(azurite, [one, two]);
        var (id, message) = await app.AcceptAsync("""{"event":{"type":"application.complete"}}""");

        await app.Host.ProcessAsync(message);

        Assert.Equal(["one", "two"], order);
        Assert.Equal(
            [StorageStep.Look, StorageStep.Take, StorageStep.Archive, StorageStep.NoteHandler, StorageStep.NoteHandler, StorageStep.MarkProcessed],
            app.Steps);
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Processed, 1, 1, 0), (row.State, row.Takes, row.Attempt, row.Redrive));
        Assert.Null(row.Lease);
        var run = Assert.Single(two.Runs);
        Assert.Equal((id, "begini", "application.complete", 1, 0, false), (run.Id, run.Source, run.Type, run.Attempt, run.Redrive, run.MayHaveRun));
        Assert.Equal((Assurance.Verified, row.ReceivedAt), (run.Assurance, run.ReceivedAt));
        Assert.Equal([$"begini/{row.ReceivedAt:yyyy'/'MM'/'dd}/{id}.json"], await app.Host.ListArchiveAsync());

        Task Note(string name)
        {
            order.Add(name);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_message_that_comes_again_is_dropped_once_the_row_says_Processed()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (_, message) = await app.AcceptAsync();
        await app.Host.ProcessAsync(message);
        app.Proxy.ForgetCalls();

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Equal([StorageStep.Look], app.Steps);
    }

    [Fact]
    public async Task A_failed_handler_leaves_first_a_copy_then_a_row_without_a_lease()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("Down for a moment."));
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();

        await app.Host.ProcessAsync(message);

        Assert.Equal([StorageStep.SendCopy, StorageStep.NoteFailure], app.Steps.TakeLast(2));
        var copy = Assert.Single(app.Proxy.Sent);
        Assert.InRange(copy.Delay, 9, 11);
        Assert.Equal("-1", copy.TimeToLive);
        Assert.Equal(ObservedHost.Read(message) with { Attempt = 2 }, ObservedHost.Read(copy.Body) with { Body = ObservedHost.Read(message).Body }, Same);
        Assert.Empty(await app.Host.PeekAsync());
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Processing, 2, null), (row.State, row.Attempt, row.Lease));
        Assert.Equal("one: InvalidOperationException: Down for a moment.", row.Reason);
        Assert.Equal(["archive"], row.Finished);
    }

    [Fact]
    public async Task The_next_attempt_skips_what_has_finished_and_says_that_it_is_not_the_first()
    {
        var one = new RecordingHandler("one");
        var two = new RecordingHandler("two", run => run.Attempt == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask);
        var three = new RecordingHandler("three");
        await using var app = await ObservedHost.StartAsync(azurite, [one, two, three]);
        var (id, message) = await app.AcceptAsync();
        await app.Host.ProcessAsync(message);
        var copy = app.Proxy.Sent.Single().Body;
        app.Proxy.ForgetCalls();

        await app.Host.ProcessAsync(copy);

        Assert.Single(one.Runs);
        Assert.Equal([(1, false), (2, true)], two.Runs.Select(run => (run.Attempt, run.MayHaveRun)));
        Assert.Equal([(2, true)], three.Runs.Select(run => (run.Attempt, run.MayHaveRun)));
        Assert.DoesNotContain(StorageStep.Archive, app.Steps);
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Processed, null), (row.State, row.Reason));
    }

    [Fact]
    public async Task The_old_message_is_dropped_once_its_copy_has_taken_over()
    {
        var handler = new RecordingHandler("one", run => run.Attempt == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (_, message) = await app.AcceptAsync();
        await app.Host.ProcessAsync(message);
        app.Proxy.ForgetCalls();

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Equal([StorageStep.Look], app.Steps);
    }

    [Fact]
    public async Task The_delays_grow_as_they_are_configured_and_vary_by_a_tenth()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("no"));
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (_, message) = await app.AcceptAsync();

        for (var attempt = 1; attempt <= ProcessingOptions.DefaultRetryDelays.Count; attempt++)
        {
            await app.Host.ProcessAsync(message);
            var copy = app.Proxy.Sent[^1];
            var delay = ProcessingOptions.DefaultRetryDelays[attempt - 1].TotalSeconds;
            Assert.InRange(copy.Delay, Math.Floor(delay * 0.9), Math.Ceiling(delay * 1.1));
            Assert.Equal(attempt + 1, ObservedHost.Read(copy.Body).Attempt);
            message = copy.Body;
        }

        app.Proxy.ForgetCalls();
        await app.Host.ProcessAsync(message);

        Assert.Equal(8, handler.Runs.Count);
        Assert.Empty(app.Proxy.Sent);
        Assert.Single(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task After_the_last_attempt_first_the_document_is_written_then_the_row_says_Poisoned_and_why()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("Never again."));
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:RetryDelays:0", "00:00:10")]);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        await app.Host.ProcessAsync(message);
        var copy = app.Proxy.Sent.Single().Body;
        app.Proxy.ForgetCalls();

        await app.Host.ProcessAsync(copy);

        // Before that it is taken; the archive, which has finished, makes the take look like the note of a handler.
        Assert.Equal(
            [StorageStep.LoadPayload, StorageStep.StorePoison, StorageStep.StorePoison, StorageStep.MarkPoisoned, StorageStep.RemovePayload],
            app.Steps.Skip(2));
        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Poisoned, null, "one: InvalidOperationException: Never again."), (row.State, row.Lease, row.Reason));
        Assert.Equal([$"begini/{id}.body", $"begini/{id}.json"], await app.Host.ListPoisonAsync());
        var (document, _) = (await app.Host.Get<PoisonStore>().ReadAsync($"begini/{id}", CancellationToken.None))!.Value;
        Assert.Equal((row.Reason, app.Time.GetUtcNow()), (document.Reason, document.PoisonedAt));
        Assert.Equal(2, Envelope.FromCloudEvent(document.Event!)!.Attempt);
        Assert.Empty(await app.Host.ListPayloadsAsync());
    }

    /// <summary>Messages that cannot be read, by what is wrong with them.</summary>
    private static readonly Dictionary<string, string> Unreadable = new()
    {
        ["empty"] = "",
        ["bad JSON"] = "{",
        ["no CloudEvent"] = """{"hello":"world"}""",
        ["another version"] = """{"specversion":"1.0","id":"i","source":"/webhooks/begini","type":"t","envelopeversion":2,"partitionkey":"p","rowkey":"r","delivery":"d","attempt":1,"redrive":0}""",
        ["keys that the table refuses"] = """{"specversion":"1.0","id":"00/1#","source":"/webhooks/begini","type":"t","time":"2026-08-01T12:34:56Z","envelopeversion":1,"partitionkey":"begini-00","rowkey":"/1#","delivery":"0af7651916cd43dd8448eb211c80319c","attempt":1,"redrive":0}""",
        ["huge"] = new string('[', 64_000),
    };

    /// <summary>What is wrong with them.</summary>
    public static TheoryData<string> UnreadableMessages() => new(Unreadable.Keys);

    [Theory]
    [MemberData(nameof(UnreadableMessages))]
    public async Task A_message_that_nobody_can_read_is_kept_at_once_and_comes_back_as_it_was(string what)
    {
        await using var app = await ObservedHost.StartAsync(azurite);
        var message = BinaryData.FromString(Unreadable[what]);

        await app.Host.ProcessAsync(message);
        await app.Host.ProcessAsync(message);

        var name = Assert.Single(await app.Host.ListPoisonAsync());
        Assert.StartsWith("unreadable/", name);
        Assert.All(app.Steps.Take(2), step => Assert.Equal(StorageStep.StorePoison, step));

        // An empty message cannot be sent again, but it also says nothing.
        if (message.ToMemory().IsEmpty)
            return;

        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync(name[..^".json".Length], CancellationToken.None));
        Assert.Equal(message.ToArray(), Assert.Single(await app.Host.PeekAsync()).ToArray());
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task An_event_whose_body_is_lost_is_given_up_at_once_and_no_redrive_makes_up_an_empty_one()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        var payload = app.Host.Clients.Payloads.GetBlobClient(Assert.Single(await app.Host.ListPayloadsAsync()));
        var body = (await payload.DownloadContentAsync()).Value.Content;
        await payload.DeleteAsync();

        await app.Host.ProcessAsync(message);
        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        Assert.Equal($"The body is missing: there is no blob '{payload.Name}'.", (await app.RowAsync(id)).Reason);

        Assert.Equal(RedriveResult.BodyLost, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        Assert.Empty(app.Proxy.Sent);
        Assert.Equal([$"begini/{id}.json"], await app.Host.ListPoisonAsync());
        Assert.Empty(handler.Runs);

        // Found again, it can be redriven.
        await payload.UploadAsync(body);
        Assert.Equal(RedriveResult.Sent, await app.Host.Get<Redriver>().RedriveAsync($"begini/{id}", CancellationToken.None));
        await app.Host.ProcessVisibleAsync();
        Assert.Equal(body.ToArray(), Assert.Single(handler.Runs).Body.ToArray());
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
        Assert.Empty(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_message_on_a_live_lease_is_deferred_for_the_rest_of_it()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await app.PutRowAsync(id, row => Held(row, TimeSpan.FromSeconds(41.2)));
        var before = await app.RowAsync(id);

        await app.Host.ProcessAsync(message);

        Assert.Empty(handler.Runs);
        Assert.Equal([StorageStep.Look, StorageStep.SendCopy], app.Steps);
        var copy = Assert.Single(app.Proxy.Sent);
        // Never less than the rest, by the storage's clock, which counts two seconds more: a copy that is visible too
        // early would go round in circles.
        Assert.InRange(copy.Delay, 42, 45);
        Assert.Equal("-1", copy.TimeToLive);
        Assert.Equal(message.ToArray(), copy.Body.ToArray());
        Assert.Equal(before.ETag, (await app.RowAsync(id)).ETag);

        app.Proxy.Clock.Advance(TimeSpan.FromSeconds(copy.Delay));
        await app.Host.ProcessAsync(copy.Body);
        Assert.True(Assert.Single(handler.Runs).MayHaveRun);
        Assert.Equal((RowState.Processed, 2), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Takes));
    }

    [Fact]
    public async Task A_lost_row_is_inserted_anew()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        var receivedAt = (await app.RowAsync(id)).ReceivedAt;
        await app.ExpireRowAsync(id);

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Equal((RowState.Processed, receivedAt), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).ReceivedAt));
    }

    [Fact]
    public async Task A_retry_whose_row_has_expired_still_says_that_it_may_have_run()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await app.ExpireRowAsync(id);

        await app.Host.ProcessAsync((ObservedHost.Read(message) with { Attempt = 3 }).Encode());

        Assert.Equal((3, true), (Assert.Single(handler.Runs).Attempt, handler.Runs[0].MayHaveRun));
    }

    [Fact]
    public async Task A_lost_table_is_created_anew()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await app.Host.Clients.Rows.DeleteAsync();

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Theory]
    [InlineData(nameof(StorageStep.Look))]
    [InlineData(nameof(StorageStep.Take))]
    [InlineData(nameof(StorageStep.LoadPayload))]
    public async Task Storage_that_fails_before_a_handler_has_run_costs_a_copy_of_the_same_attempt(string step)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        using (app.Fail(Enum.Parse<StorageStep>(step), StorageFault.Answer(500, "InternalError")))
            await app.Host.ProcessAsync(message);

        Assert.Empty(handler.Runs);
        var copy = Assert.Single(app.Proxy.Sent);
        Assert.InRange(copy.Delay, 9, 11);
        Assert.Equal(ObservedHost.Read(message) with { StorageFailures = 1 }, ObservedHost.Read(copy.Body), Same);
        // The lease is given up, so that the copy need not wait for its end.
        Assert.Null((await app.RowAsync(id)).Lease);

        await app.Host.ProcessAsync(copy.Body);
        Assert.Single(handler.Runs);
    }

    [Fact]
    public async Task If_not_even_the_copy_can_be_sent_the_lease_is_given_up_and_the_host_is_told()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync(ObservedHost.LargeBody());
        using (app.Fail(StorageStep.LoadPayload, StorageFault.CutBefore))
        using (app.Fail(StorageStep.SendCopy, StorageFault.CutBefore))
            await Assert.ThrowsAnyAsync<Exception>(() => app.Host.ProcessAsync(message));

        var row = await app.RowAsync(id);
        Assert.Equal((RowState.Processing, null, 1), (row.State, row.Lease, row.Attempt));
        await app.Host.ProcessAsync(message);
        Assert.Single(handler.Runs);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task A_retry_copy_that_cannot_be_sent_leaves_the_attempt_to_the_host()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("no"));
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync();
        using (app.Fail(StorageStep.SendCopy, StorageFault.Answer(503, "ServerBusy")))
            await Assert.ThrowsAnyAsync<Exception>(() => app.Host.ProcessAsync(message));

        Assert.Equal((1, null), ((await app.RowAsync(id)).Attempt, (await app.RowAsync(id)).Lease));
    }

    [Fact]
    public async Task A_failure_that_cannot_be_noted_loses_nothing()
    {
        var handler = new RecordingHandler("one", run => run.Attempt == 1 ? throw new InvalidOperationException("no") : Task.CompletedTask);
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:StorageTries", "1")]);
        var (id, message) = await app.AcceptAsync();
        using (app.Fail(StorageStep.NoteFailure, StorageFault.CutBefore))
            await app.Host.ProcessAsync(message);

        // The row is as it was: the copy waits for the lease to end.
        var copy = Assert.Single(app.Proxy.Sent);
        Assert.NotNull((await app.RowAsync(id)).Lease);
        app.Proxy.Clock.Advance(TimeSpan.FromMinutes(6));
        await app.Host.ProcessAsync(copy.Body);
        Assert.Equal(2, handler.Runs.Count);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Theory]
    [InlineData(nameof(StorageStep.Take))]
    [InlineData(nameof(StorageStep.NoteHandler))]
    [InlineData(nameof(StorageStep.MarkProcessed))]
    public async Task A_lost_answer_is_recognised_and_no_handler_runs_twice(string step)
    {
        var one = new RecordingHandler("one");
        var two = new RecordingHandler("two");
        await using var app = await ObservedHost.StartAsync(azurite, [one, two]);
        var (id, message) = await app.AcceptAsync();
        app.Fail(Enum.Parse<StorageStep>(step), StorageFault.CutAfter, times: 1);

        await app.Host.ProcessAsync(message);

        Assert.False(Assert.Single(one.Runs).MayHaveRun);
        Assert.Single(two.Runs);
        Assert.Empty(app.Proxy.Sent);
        Assert.Equal((RowState.Processed, 1), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Takes));
    }

    [Fact]
    public async Task The_lost_answer_of_an_insert_by_the_processor_is_recognised()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        await app.ExpireRowAsync(id);
        app.Fail(StorageStep.Take, StorageFault.CutAfter, times: 1);

        await app.Host.ProcessAsync(message);

        Assert.Single(handler.Runs);
        Assert.Equal((RowState.Processed, 1), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Takes));
    }

    [Fact]
    public async Task The_lost_answer_of_giving_up_is_recognised()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException("no"));
        await using var app = await ObservedHost.StartAsync(azurite, [handler], [new("Webhooks:RetryDelays:0", "00:00:10")]);
        var (id, message) = await app.AcceptAsync();
        app.Fail(StorageStep.MarkPoisoned, StorageFault.CutAfter, times: 1);

        await app.Host.ProcessAsync((ObservedHost.Read(message) with { Attempt = 2 }).Encode());

        Assert.Single(handler.Runs);
        Assert.Equal(RowState.Poisoned, (await app.RowAsync(id)).State);
        Assert.Single(await app.Host.ListPoisonAsync());
    }

    [Fact]
    public async Task A_take_of_which_nothing_is_known_waits_for_its_own_lease_to_end()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        app.Fail(StorageStep.Take, StorageFault.CutAfter, times: 2);

        await app.Host.ProcessAsync(message);
        Assert.Empty(handler.Runs);
        var copy = Assert.Single(app.Proxy.Sent);

        await app.Host.ProcessAsync(copy.Body);
        Assert.Empty(handler.Runs);
        var later = app.Proxy.Sent[^1];
        Assert.InRange(later.Delay, 295, 303);

        app.Proxy.Clock.Advance(TimeSpan.FromSeconds(later.Delay));
        await app.Host.ProcessAsync(later.Body);
        Assert.Single(handler.Runs);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Theory]
    [InlineData(nameof(RowState.HandedOver), 1)]
    [InlineData(nameof(RowState.Processed), 0)]
    public async Task A_row_that_changed_between_look_and_take_is_looked_at_again(string state, int runs)
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.Take, StorageFault.Until(released.Task), times: 1);

        await app.MeanwhileAsync(
            StorageStep.Take,
            app.Host.ProcessAsync(message),
            () => app.PutRowAsync(id, row => row.State = Enum.Parse<RowState>(state)),
            released.SetResult);

        Assert.Equal(runs, handler.Runs.Count);
        Assert.Equal(2, app.Steps.Count(step => step == StorageStep.Look));
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task A_row_that_was_inserted_between_look_and_insert_is_looked_at_again()
    {
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();
        var row = (await app.RowAsync(id)).ToEntity();
        await app.ExpireRowAsync(id);
        var released = new TaskCompletionSource();
        app.Fail(StorageStep.Take, StorageFault.Until(released.Task), times: 1);

        await app.MeanwhileAsync(StorageStep.Take, app.Host.ProcessAsync(message), () => app.Host.Clients.Rows.AddEntityAsync(row), released.SetResult);

        Assert.Single(handler.Runs);
        Assert.Equal((RowState.Processed, 1), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Takes));
    }

    [Fact]
    public async Task A_handler_is_told_to_stop_and_the_event_comes_again_as_the_same_attempt()
    {
        using var stopping = new CancellationTokenSource();
        var told = new List<bool>();
        var handler = new StoppableHandler(async token =>
        {
            if (told.Count == 0)
                await stopping.CancelAsync();
            told.Add(token.IsCancellationRequested);
            token.ThrowIfCancellationRequested();
        });
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => app.Host.Ingestion.ProcessAsync(message, stopping.Token));
        Assert.Equal((RowState.Processing, 1, null), ((await app.RowAsync(id)).State, (await app.RowAsync(id)).Attempt, (await app.RowAsync(id)).Lease));
        Assert.Empty(app.Proxy.Sent);

        await app.Host.ProcessAsync(message);
        Assert.Equal([true, false], told);
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task A_handler_that_cancels_by_itself_has_failed()
    {
        var handler = new RecordingHandler("one", _ => throw new OperationCanceledException("Its own patience."));
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();

        await app.Host.ProcessAsync(message);

        Assert.Equal(2, ObservedHost.Read(Assert.Single(app.Proxy.Sent).Body).Attempt);
        Assert.Equal(2, (await app.RowAsync(id)).Attempt);
    }

    [Fact]
    public async Task A_handler_that_cannot_be_made_has_failed_and_is_made_again()
    {
        var made = 0;
        var handler = new RecordingHandler("one");
        await using var app = await ObservedHost.StartAsync(azurite, services: services => services.AddWebhookHandler("one", _ => ++made == 1 ? throw new InvalidOperationException("No connection string.") : handler));
        var (id, message) = await app.AcceptAsync();

        await app.Host.ProcessAsync(message);
        Assert.Equal("The handlers could not be made: InvalidOperationException: No connection string.", (await app.RowAsync(id)).Reason);

        await app.Host.ProcessAsync(Assert.Single(app.Proxy.Sent).Body);
        Assert.Equal(2, Assert.Single(handler.Runs).Attempt);
    }

    [Fact]
    public async Task Each_event_has_a_scope_of_its_own()
    {
        var scopes = new List<ScopedThing>();
        await using var app = await ObservedHost.StartAsync(azurite, services: services =>
        {
            services.AddScoped<ScopedThing>();
            services.AddWebhookHandler("one", provider => new RecordingHandler("one", _ =>
            {
                scopes.Add(provider.GetRequiredService<ScopedThing>());
                return Task.CompletedTask;
            }));
        });
        await app.Host.ProcessAsync((await app.AcceptAsync("1")).Message);
        await app.Host.ProcessAsync((await app.AcceptAsync("2")).Message);

        Assert.Equal(2, scopes.Distinct().Count());
        Assert.All(scopes, scope => Assert.True(scope.IsDisposed));
    }

    [Fact]
    public async Task A_handler_gets_only_what_it_wants()
    {
        var choosy = new ChoosyHandler();
        await using var app = await ObservedHost.StartAsync(azurite, [choosy]);

        await app.Host.ProcessAsync((await app.AcceptAsync("""{"event":{"type":"a"}}""")).Message);
        await app.Host.ProcessAsync((await app.AcceptAsync("""{"event":{"type":"b"}}""")).Message);

        Assert.Equal(["b"], choosy.Types);
    }

    [Fact]
    public async Task Without_the_archive_nothing_is_archived()
    {
        await using var app = await ObservedHost.StartAsync(azurite, settings: [new("Webhooks:Archive", "false")]);
        var (id, message) = await app.AcceptAsync();

        await app.Host.ProcessAsync(message);

        Assert.Empty(await app.Host.ListArchiveAsync());
        Assert.Equal(RowState.Processed, (await app.RowAsync(id)).State);
    }

    [Fact]
    public async Task Two_handlers_of_one_name_do_not_start()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ObservedHost.StartAsync(azurite, [new RecordingHandler("mail"), new RecordingHandler("mail")]));

        Assert.Contains("'mail'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_and_odd_reason_is_noted_in_part()
    {
        var handler = new RecordingHandler("one", _ => throw new InvalidOperationException(new StringBuilder("\0\ud800é").Append('x', 100_000).ToString()));
        await using var app = await ObservedHost.StartAsync(azurite, [handler]);
        var (id, message) = await app.AcceptAsync();

        await app.Host.ProcessAsync(message);

        Assert.Equal(2, (await app.RowAsync(id)).Attempt);
        Assert.InRange((await app.RowAsync(id)).Reason!.Length, 900, 1000);
    }

    internal static void Held(LedgerRow row, TimeSpan lease)
    {
        row.State = RowState.Processing;
        row.Owner = "somebody-else";
        row.Delivery = "another";
        row.Attempt = Math.Max(row.Attempt, 1);
        row.Takes++;
        row.Lease = lease;
    }

    private static bool Same(Envelope expected, Envelope actual) => expected with { Body = null } == actual with { Body = null };

    private sealed class ScopedThing : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class StoppableHandler(Func<CancellationToken, Task> act) : INamedHandler
    {
        public string Name => "stoppable";

        public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken) => act(cancellationToken);
    }

    private sealed class ChoosyHandler : INamedHandler
    {
        public List<string> Types { get; } = [];

        public string Name => "choosy";

        public bool Wants(string source, string eventType) => (source, eventType) == ("begini", "b");

        public Task HandleAsync(WebhookEvent webhookEvent, CancellationToken cancellationToken)
        {
            Types.Add(webhookEvent.Type);
            return Task.CompletedTask;
        }
    }
}
