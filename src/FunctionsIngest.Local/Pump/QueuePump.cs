using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using FunctionsIngest.Queueing;
using FunctionsIngest.Storage;

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

    private readonly QueueReader _reader = new(queue, settings.BatchSize, invisibility, logger);

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
                var messages = await _reader.ReceiveAsync(working.Token);
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
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            using var scope = BeginScope(message);
            Log.Gone(logger, message.MessageId, queue.Name);
        }
        catch (Exception exception)
        {
            // The message becomes visible again by itself.
            using var scope = BeginScope(message);
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
            using var scope = BeginScope(message);
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
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // Told once it is processed.
            return receipt;
        }
        catch (Exception exception)
        {
            using var scope = BeginScope(message);
            Log.RenewFailed(logger, queue.Name, message.MessageId, exception);
            return receipt;
        }
    }

    private async Task GiveUpAsync(QueueMessage message, string receipt)
    {
        if (poison is null)
            return;

        await poison.CreatedWhenMissingAsync(() => poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1)), CancellationToken.None);
        await queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None);
        using var scope = BeginScope(message);
        Log.GaveUp(logger, message.MessageId, poison.Name);
    }

    // For the pump's own lines: what processes the message begins a scope of its own.
    private IDisposable? BeginScope(QueueMessage message)
        => Envelope.TryDecode(message.Body, out var envelope, out _) ? logger.BeginScope(envelope.ToLogScope()) : null;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Message {MessageId} of {Queue} failed in try {Try} of {Tries}. It is delivered again, and given up after the last try.")]
        public static partial void ProcessFailed(ILogger logger, string queue, string messageId, long @try, int tries, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Message {MessageId} of {Queue} could not be kept invisible. It may be delivered a second time, and that delivery waits for this one.")]
        public static partial void RenewFailed(ILogger logger, string queue, string messageId, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "Message {MessageId} of {Queue} could not be completed. It is delivered again, and dropped then if its event has ended.")]
        public static partial void CompleteFailed(ILogger logger, string queue, string messageId, Exception exception);

        [LoggerMessage(4, LogLevel.Error, "Message {MessageId} was given up and moved to the queue {Poison}.")]
        public static partial void GaveUp(ILogger logger, string messageId, string poison);

        [LoggerMessage(5, LogLevel.Information, "Message {MessageId} of {Queue} is gone from the queue already: somebody has deleted it, or the queue.")]
        public static partial void Gone(ILogger logger, string messageId, string queue);
    }
}
