using System.Collections.Concurrent;
using Azure.Storage.Queues;
using FunctionsIngest.Local.Pump;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Local.Pump;

public sealed class QueuePumpTests(AzuriteFixture azurite) : IClassFixture<AzuriteFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_processed_message_is_deleted()
    {
        var (queue, poison) = await CreateQueuesAsync();
        await queue.SendMessageAsync("hello");
        var seen = new Seen();

        await RunUntilAsync(Pump(queue, poison, new(), seen.Add), () => seen.Count == 1);

        Assert.Equal(["hello"], seen);
        Assert.Equal((0, 0), (await CountAsync(queue), await CountAsync(poison)));
    }

    [Fact]
    public async Task A_failed_message_is_hidden_for_the_visibility_timeout_and_delivered_again()
    {
        var (queue, poison) = await CreateQueuesAsync();
        await queue.SendMessageAsync("hello");
        var times = new ConcurrentQueue<long>();
        var pump = Pump(queue, poison, new() { VisibilityTimeout = TimeSpan.FromSeconds(2) }, (_, _) =>
        {
            times.Enqueue(TimeProvider.System.GetTimestamp());
            return times.Count == 1 ? throw new InvalidOperationException("the first try") : Task.CompletedTask;
        });

        await RunUntilAsync(pump, () => times.Count == 2);

        // Azurite counts in whole seconds.
        Assert.InRange(TimeProvider.System.GetElapsedTime(times.First(), times.Last()), TimeSpan.FromSeconds(1), Soon);
        Assert.Equal((0, 0), (await CountAsync(queue), await CountAsync(poison)));
    }

    [Fact]
    public async Task After_the_last_try_a_message_goes_to_the_poison_queue_and_never_expires_there()
    {
        var (queue, poison) = await CreateQueuesAsync();
        await queue.SendMessageAsync("héllo");
        var seen = new Seen();

        await RunUntilAsync(Pump(queue, poison, new() { MaxDequeueCount = 5 }, seen.AddAndFail), () => CountAsync(poison).GetAwaiter().GetResult() == 1);

        Assert.Equal(5, seen.Count);
        var kept = (await poison.ReceiveMessageAsync()).Value;
        Assert.Equal("héllo", kept.Body.ToString());
        Assert.True(kept.ExpiresOn > TimeProvider.System.GetUtcNow().AddYears(10));
        Assert.Equal(0, await CountAsync(queue));
    }

    [Fact]
    public async Task A_failed_message_of_the_poison_queue_stays_there_and_hidden()
    {
        var (_, poison) = await CreateQueuesAsync();
        await poison.SendMessageAsync("hello");
        var seen = new Seen();

        await RunUntilAsync(Pump(poison, null, new(), seen.AddAndFail), () => seen.Count == 1);

        Assert.Equal(1, await CountAsync(poison));
        Assert.Null((await poison.ReceiveMessageAsync()).Value);
    }

    [Fact]
    public async Task No_more_than_a_batch_and_the_threshold_are_in_flight()
    {
        var (queue, poison) = await CreateQueuesAsync();
        for (var i = 0; i < 12; i++)
            await queue.SendMessageAsync($"{i}");
        var seen = new Seen();
        var release = new SemaphoreSlim(0);
        var pump = Pump(queue, poison, new() { BatchSize = 4, NewBatchThreshold = 2 }, async (body, token) =>
        {
            await seen.Add(body, token);
            await release.WaitAsync(token);
        });

        await pump.StartAsync(CancellationToken.None);
        await UntilAsync(() => seen.Count == 4);
        release.Release(1);
        await UntilAsync(() => CountAsync(queue).GetAwaiter().GetResult() == 11);
        var whileThreeAreInFlight = seen.Count;
        release.Release(1);
        await UntilAsync(() => seen.Count == 8);
        release.Release(12);
        await UntilAsync(() => seen.Count == 12);
        await pump.StopAsync(CancellationToken.None);

        Assert.Equal(4, whileThreeAreInFlight);
        Assert.Equal(0, await CountAsync(queue));
    }

    [Fact]
    public async Task A_message_that_is_being_processed_is_renewed_at_half_the_invisibility_and_deleted_in_the_end()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var queue = new QueueClient(proxy.ConnectionString, "events");
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello");
        var time = new FakeTimeProvider();
        var seen = new Seen();
        var release = new TaskCompletionSource();
        var pump = Pump(queue, null, new(), seen.AddAndWaitFor(release.Task), time);

        await pump.StartAsync(CancellationToken.None);
        await UntilAsync(() => seen.Count == 1);
        for (var renewals = 1; renewals <= 2; renewals++)
        {
            time.Advance(TimeSpan.FromMinutes(5));
            await UntilAsync(() => Renewals() == renewals);
        }

        release.SetResult();
        await UntilAsync(() => CountAsync(queue).GetAwaiter().GetResult() == 0);
        await pump.StopAsync(CancellationToken.None);

        Assert.Single(seen);

        int Renewals() => proxy.Calls.Count(call => call is { Method: "PUT", Status: 204 } && call.Query.Contains("visibilitytimeout=600", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_takes_nothing_new_and_lets_what_is_in_flight_finish()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var (queue, poison) = await CreateQueuesAsync(proxy.ConnectionString);
        await queue.SendMessageAsync("first");
        var seen = new Seen();
        var release = new TaskCompletionSource();
        var pump = Pump(queue, poison, new(), async (body, token) =>
        {
            await seen.Add(body, token);
            await release.Task;
            token.ThrowIfCancellationRequested();
        }, new FakeTimeProvider());

        await pump.StartAsync(CancellationToken.None);
        // A look that is under way when the pump stops may still take a message. So the second look has ended without
        // one, and the pump waits for a third by a clock that does not go on.
        await UntilAsync(() => proxy.Calls.Count(call => call is { Method: "GET", Status: 200 }) == 2);
        var stop = pump.StopAsync(CancellationToken.None);
        await queue.SendMessageAsync("second");
        var stoppedEarly = stop.IsCompleted;
        release.SetResult();
        await stop;

        Assert.False(stoppedEarly);
        Assert.Equal(["first"], seen);
        Assert.Equal("second", (await queue.ReceiveMessageAsync()).Value.Body.ToString());
    }

    [Fact]
    public async Task A_queue_that_cannot_be_read_is_tried_again()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var queue = new QueueClient(proxy.ConnectionString, "events", new QueueClientOptions { Retry = { MaxRetries = 0 } });
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello");
        proxy.Inject(StorageFault.Answer(503, "ServerBusy"), call => call.Method == "GET", times: 3);
        var seen = new Seen();

        await RunUntilAsync(Pump(queue, null, new(), seen.Add), () => seen.Count == 1);

        Assert.Equal(["hello"], seen);
    }

    [Fact]
    public async Task A_look_at_the_queue_that_takes_too_long_does_not_end_the_pump()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var direct = new QueueClient(proxy.ConnectionString, "events");
        await direct.CreateAsync();
        await direct.SendMessageAsync("hello");
        // One try: its timeout comes through as a cancellation.
        var queue = new QueueClient(
            proxy.ConnectionString, "events", new QueueClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromMilliseconds(500) } });
        proxy.Inject(StorageFault.Silent, call => call.Method == "GET", times: 1);
        var seen = new Seen();

        await RunUntilAsync(Pump(queue, null, new(), seen.Add), () => !seen.IsEmpty);

        Assert.Contains("hello", seen);
    }

    [Fact]
    public async Task A_message_that_could_not_be_kept_invisible_once_is_tried_again()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var queue = new QueueClient(proxy.ConnectionString, "events", new QueueClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(1) } });
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello");
        // Both tries end without an answer, which the client reports as several errors in one.
        proxy.Inject(StorageFault.CutBefore, call => call.Method == "PUT", times: 2);
        var time = new FakeTimeProvider();
        var seen = new Seen();
        var release = new TaskCompletionSource();
        var pump = Pump(queue, null, new(), seen.AddAndWaitFor(release.Task), time);

        await pump.StartAsync(CancellationToken.None);
        await UntilAsync(() => seen.Count == 1);
        time.Advance(TimeSpan.FromMinutes(5));
        await UntilAsync(() => Renewals().Count == 2);
        // The first advance may come before the pump waits again.
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(5));
            return Renewals().Exists(call => call.Status == 204);
        });
        release.SetResult();
        await UntilAsync(() => CountAsync(queue).GetAwaiter().GetResult() == 0);
        await pump.StopAsync(CancellationToken.None);

        Assert.Single(seen);

        List<StorageCall> Renewals() => [.. proxy.Calls.Where(call => call.Method == "PUT" && call.Query.Contains("visibilitytimeout=600", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task A_queue_that_is_deleted_is_made_again_and_read_on_with_one_line_and_no_trace()
    {
        var (queue, poison) = await CreateQueuesAsync();
        var seen = new Seen();
        var log = new FakeLogger<QueuePump>();
        var pump = Pump(queue, poison, new(), seen.Add, log: log);

        await pump.StartAsync(CancellationToken.None);
        await queue.DeleteAsync();
        await UntilAsync(() => queue.Exists());
        await queue.SendMessageAsync("hello");
        await UntilAsync(() => seen.Count == 1);
        await pump.StopAsync(CancellationToken.None);

        var line = Assert.Single(log.Collector.GetSnapshot());
        Assert.Equal((LogLevel.Warning, "The queue events had been deleted, with the messages that it held, and was made again."), (line.Level, line.Message));
        Assert.Null(line.Exception);
    }

    [Fact]
    public async Task A_message_is_given_up_although_the_poison_queue_was_deleted()
    {
        var (queue, poison) = await CreateQueuesAsync();
        await queue.SendMessageAsync("hello");
        await poison.DeleteAsync();
        var seen = new Seen();

        await RunUntilAsync(Pump(queue, poison, new() { MaxDequeueCount = 1 }, seen.AddAndFail), () => poison.Exists() && CountAsync(poison).GetAwaiter().GetResult() == 1);

        Assert.Equal(0, await CountAsync(queue));
    }

    [Fact]
    public async Task A_message_whose_queue_is_deleted_while_it_is_processed_is_told_without_a_trace()
    {
        var (queue, poison) = await CreateQueuesAsync();
        await queue.SendMessageAsync("hello");
        var seen = new Seen();
        var release = new TaskCompletionSource();
        var log = new FakeLogger<QueuePump>();
        var pump = Pump(queue, poison, new(), seen.AddAndWaitFor(release.Task), log: log);

        await pump.StartAsync(CancellationToken.None);
        await UntilAsync(() => seen.Count == 1);
        await queue.DeleteAsync();
        release.SetResult();
        await UntilAsync(() => log.Collector.GetSnapshot().Any(line => line.Message.Contains("is gone from the queue already", StringComparison.Ordinal)));
        await pump.StopAsync(CancellationToken.None);

        Assert.All(log.Collector.GetSnapshot(), line => Assert.Null(line.Exception));
    }

    [Fact]
    public async Task A_queue_that_cannot_be_read_for_a_while_is_told_once_and_once_when_it_can()
    {
        await using var proxy = await StorageProxy.StartAsync(azurite.NewStorage());
        var queue = new QueueClient(proxy.ConnectionString, "events", new QueueClientOptions { Retry = { MaxRetries = 0 } });
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello");
        proxy.Inject(StorageFault.Answer(503, "ServerBusy"), call => call.Method == "GET", times: 5);
        var seen = new Seen();
        var log = new FakeLogger<QueuePump>();

        await RunUntilAsync(Pump(queue, null, new(), seen.Add, log: log), () => seen.Count == 1);

        Assert.Equal(
            [LogLevel.Warning, LogLevel.Information],
            log.Collector.GetSnapshot().Where(line => line.Message.StartsWith("The queue events can", StringComparison.Ordinal)).Select(line => line.Level));
        Assert.All(log.Collector.GetSnapshot(), line => Assert.Null(line.Exception));
    }

    private static QueuePump Pump(QueueClient queue, QueueClient? poison, HostQueueSettings settings, Func<BinaryData, CancellationToken, Task> process, TimeProvider? time = null, ILogger<QueuePump>? log = null)
        => new(queue, poison, settings, TimeSpan.FromMinutes(10), process, time ?? TimeProvider.System, log ?? NullLogger<QueuePump>.Instance);

    private static async Task RunUntilAsync(QueuePump pump, Func<bool> done)
    {
        await pump.StartAsync(CancellationToken.None);
        await UntilAsync(done);
        await pump.StopAsync(CancellationToken.None);
    }

    private static async Task UntilAsync(Func<bool> done)
    {
        using var limit = new CancellationTokenSource(Soon);
        while (!done())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    private static async Task<int> CountAsync(QueueClient queue) => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;

    private async Task<(QueueClient Queue, QueueClient Poison)> CreateQueuesAsync(string? storage = null)
    {
        storage ??= azurite.NewStorage();
        var queue = new QueueClient(storage, "events");
        var poison = new QueueClient(storage, "events-poison");
        await queue.CreateAsync();
        await poison.CreateAsync();
        return (queue, poison);
    }

    private sealed class Seen : ConcurrentQueue<string>
    {
        public Task Add(BinaryData body, CancellationToken cancellationToken)
        {
            Enqueue(body.ToString());
            return Task.CompletedTask;
        }

        public Task AddAndFail(BinaryData body, CancellationToken cancellationToken)
        {
            Enqueue(body.ToString());
            return Task.FromException(new InvalidOperationException("Every try fails."));
        }

        public Func<BinaryData, CancellationToken, Task> AddAndWaitFor(Task release) => (body, _) =>
        {
            Enqueue(body.ToString());
            return release;
        };
    }
}
