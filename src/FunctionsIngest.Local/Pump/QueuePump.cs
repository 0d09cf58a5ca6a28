using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsIngest.Local.Pump;

/// <summary>
/// Reads a queue as the queue trigger of the Functions host does: batches, invisibility, tries, poison.
/// </summary>
/// <param name="queue">The queue, which exists.</param>
/// <param name="poison">
/// Where a message goes after its last try; null for the poison queue itself, whose messages stay.
/// </param>
/// <param name="settings">The trigger's settings.</param>
/// <param name="invisibility">
/// How long a message that is being processed stays invisible without being renewed; renewed at half.
/// </param>
/// <param name="process">Processes a message's body. Throwing is a failure.</param>
internal sealed partial class QueuePump(
    QueueClient queue,
    QueueClient? poison,
    HostQueueSettings settings,
    TimeSpan invisibility,
    Func<BinaryData, CancellationToken, Task> process,
    TimeProvider time,
    ILogger<QueuePump> logger) : BackgroundService
{
    /// <summary>How long what is in flight may take to finish once the host stops.</summary>
    public static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes messages until the host stops, then finishes those that it has taken.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var working = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stopping = stoppingToken.Register(() => working.CancelAfter(FinishWithin));
        var inFlight = new HashSet<Task>();
        var wait = ShortestWait;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var messages = await ReceiveAsync(working.Token);
                inFlight.RemoveWhere(task => task.IsCompleted);
                inFlight.UnionWith(messages.Select(message => HandleAsync(message, working.Token)));

                if (messages.Length == 0)
                {
                    await Task.Delay(wait, time, stoppingToken);
                    wait = Min(wait * 2, settings.MaxPollingInterval);
                    continue;
                }

                wait = ShortestWait;
                while (inFlight.Count > settings.EffectiveNewBatchThreshold)
                    inFlight.Remove(await Task.WhenAny(inFlight).WaitAsync(stoppingToken));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: nothing new is taken.
        }

        await Task.WhenAll(inFlight);
    }

    private static TimeSpan Min(TimeSpan first, TimeSpan second) => first < second ? first : second;

    // Not cut short by a stop: a message that storage has handed out would stay hidden from everybody for the whole
    // invisibility.
    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(settings.BatchSize, invisibility, cancellationToken);
        }
        // A call that took too long is cancelled as well, and must not end the pump, and the host with it.
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Log.ReceiveFailed(logger, queue.Name, exception);
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            if (message.DequeueCount > settings.MaxDequeueCount)
            {
                await GiveUpAsync(message, message.PopReceipt);
                return;
            }

            using var ended = new CancellationTokenSource();
            var renewing = RenewAsync(message, ended.Token);
            var failure = await TryProcessAsync(message, cancellationToken);
            await ended.CancelAsync();
            var receipt = await renewing;

            if (failure is null)
                await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
            else if (message.DequeueCount >= settings.MaxDequeueCount)
                await GiveUpAsync(message, receipt);
            else if (poison is not null)
                await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: settings.VisibilityTimeout, cancellationToken: CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The message becomes visible again by itself.
            Log.CompleteFailed(logger, queue.Name, message.MessageId, exception);
        }
    }

    private async Task<Exception?> TryProcessAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await process(message.Body, cancellationToken);
            return null;
        }
        catch (Exception exception)
        {
            Log.ProcessFailed(logger, queue.Name, message.MessageId, message.DequeueCount, settings.MaxDequeueCount, exception);
            return exception;
        }
    }

    /// <summary>Keeps a message invisible until told to end.</summary>
    /// <returns>The pop receipt that is valid by then.</returns>
    private async Task<string> RenewAsync(QueueMessage message, CancellationToken ended)
    {
        var receipt = message.PopReceipt;
        using var timer = new PeriodicTimer(invisibility / 2, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
                receipt = await HideAsync(message, receipt);
        }
        catch (OperationCanceledException)
        {
            // Processed.
        }

        return receipt;
    }

    /// <summary>Keeps a message invisible once more. After a failure it tries again at the next half.</summary>
    private async Task<string> HideAsync(QueueMessage message, string receipt)
    {
        try
        {
            return (await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: invisibility, cancellationToken: CancellationToken.None)).Value.PopReceipt;
        }
        catch (Exception exception)
        {
            Log.RenewFailed(logger, queue.Name, message.MessageId, exception);
            return receipt;
        }
    }

    private async Task GiveUpAsync(QueueMessage message, string receipt)
    {
        if (poison is null)
            return;

        await poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1));
        await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
        Log.GaveUp(logger, message.MessageId, poison.Name);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The queue {Queue} cannot be read; it is tried again")]
        public static partial void ReceiveFailed(ILogger logger, string queue, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Message {MessageId} of {Queue} failed, try {Try} of {Tries}")]
        public static partial void ProcessFailed(ILogger logger, string queue, string messageId, long @try, int tries, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "Message {MessageId} of {Queue} could not be kept invisible: it may be processed a second time")]
        public static partial void RenewFailed(ILogger logger, string queue, string messageId, Exception exception);

        [LoggerMessage(4, LogLevel.Warning, "Message {MessageId} of {Queue} could not be completed: it will be delivered again")]
        public static partial void CompleteFailed(ILogger logger, string queue, string messageId, Exception exception);

        [LoggerMessage(5, LogLevel.Error, "Message {MessageId} was given up and moved to {Poison}")]
        public static partial void GaveUp(ILogger logger, string messageId, string poison);
    }
}
