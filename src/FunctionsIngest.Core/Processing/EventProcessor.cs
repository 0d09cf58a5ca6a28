using FunctionsIngest.Queueing;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Processing;

/// <summary>What happens with a message of the queue. docs/protocol.md says why in this order.</summary>
internal sealed partial class EventProcessor(
    RowTaker taker,
    EventQueue queue,
    PayloadStore payloads,
    PoisonKeeper poison,
    EventCleanup cleanup,
    EventEnds ends,
    HandlerRunner runner,
    IServiceScopeFactory scopes,
    IOptions<ProcessingOptions> options,
    IngestMetrics metrics,
    TimeProvider time,
    ILogger<EventProcessor> logger)
{
    private static readonly TimeSpan FirstStorageDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostStorageDelay = TimeSpan.FromMinutes(15);

    /// <summary>Processes one message. Returning means that the message is dealt with and can be deleted.</summary>
    /// <exception cref="Exception">
    /// The message is to be delivered again: the host stops, or not even the copy of it could be sent.
    /// </exception>
    public async Task ProcessAsync(BinaryData message, CancellationToken stopping)
    {
        if (!Envelope.TryDecode(message, out var envelope, out var problem))
        {
            await poison.KeepUnreadableAsync(message, problem, stopping);
            return;
        }

        using var activity = envelope.StartActivity("webhook process");
        using var scope = logger.BeginScope(envelope.ToLogScope());
        if (envelope.Attempt == 1)
            CountArrival(envelope);
        while (!await TryProcessAsync(message, envelope, stopping))
        {
            // Lost the row while working on it: the message goes through the decision table again.
        }
    }

    private void CountArrival(Envelope envelope)
    {
        // A redrive's age is not time on the queue. The redriver is a command without metrics, so its events count
        // where they arrive.
        if (envelope.Redrive == 0)
            metrics.Dequeued(envelope.Source, time.GetUtcNow() - envelope.Time);
        else
            metrics.Redriven(envelope.Source);
    }

    private async Task<bool> TryProcessAsync(BinaryData message, Envelope envelope, CancellationToken stopping)
    {
        HeldRow? row = null;
        try
        {
            (var decision, row) = await taker.TryTakeAsync(envelope, rest => queue.SendAsync(envelope, rest, stopping), stopping);
            if (row is not null)
                return await RunAsync(envelope, row, stopping);

            await poison.KeepWithoutRowAsync(decision, message, envelope, stopping);
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await ReleaseAsync(row);
            throw;
        }
        catch (Exception exception)
        {
            // What handlers throw does not come this far: this is storage. The host's own tries are kept for deaths of
            // the process.
            var failures = envelope.StorageFailures + 1;
            var delay = DelayAfterStorageFailure(failures);
            Log.StorageFailed(logger, InSeconds(delay), exception);
            try
            {
                await queue.SendAsync(envelope with { StorageFailures = failures }, delay, CancellationToken.None);
            }
            catch
            {
                await ReleaseAsync(row);
                throw;
            }

            await ReleaseAsync(row);
            return true;
        }
        finally
        {
            if (row is not null)
            {
                // The end may have been found only when the row was let go.
                ends.Count(envelope, row);
                await row.DisposeAsync();
            }
        }
    }

    /// <returns>False if the row was lost on the way.</returns>
    private async Task<bool> RunAsync(Envelope envelope, HeldRow row, CancellationToken stopping)
    {
        var body = envelope.Body ?? await payloads.DownloadAsync(envelope.Payload!, stopping);
        var doom = DecisionTable.ReasonToGiveUp(row.Current);
        if (body is null || doom is not null)
            return await poison.TryGiveUpAsync(envelope, row, body, doom);

        await using var scope = scopes.CreateAsyncScope();
        if (!runner.TryGetHandlers(scope.ServiceProvider, envelope, row.Current.Finished, out var handlers, out var failure))
            return await FailAsync(envelope, row, body, failure);

        foreach (var (index, (name, handler)) in handlers.Index())
        {
            if (row.IsLost)
                return false;
            if (await runner.RunAsync(name, handler, ToEvent(envelope, row, body), stopping) is { } reason)
                return await FailAsync(envelope, row, body, reason);

            row.Finish(name);
            // The end of the last one is noted by Processed itself.
            if (index < handlers.Count - 1 && !await row.TryWriteAsync(static _ => { }, CancellationToken.None))
                return false;
        }

        await row.WriteProcessedAsync(CancellationToken.None);
        ends.Count(envelope, row);
        // Also where the host stops meanwhile: the event is processed, and its message would only come again for this.
        await cleanup.CleanUpAsync(envelope, row.Current, CancellationToken.None);
        return true;
    }

    private async Task<bool> FailAsync(Envelope envelope, HeldRow row, BinaryData body, string reason)
    {
        if (envelope.Attempt > options.Value.EffectiveRetryDelays.Count)
            return await poison.TryGiveUpAsync(envelope, row, body, reason);

        // First the copy, then the row: in the other order a crash between the two would lose the webhook.
        var next = envelope.Attempt + 1;
        var delay = DelayAfter(envelope.Attempt);
        await queue.SendAsync(envelope with { Attempt = next, StorageFailures = 0 }, delay, CancellationToken.None);
        metrics.Processed(envelope.Source, "retried");
        Log.Retried(logger, next, options.Value.EffectiveRetryDelays.Count + 1, InSeconds(delay));
        try
        {
            return await row.TryWriteAsync(
                current =>
                {
                    current.Attempt = next;
                    current.Reason = reason;
                    current.Lease = null;
                },
                CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The copy is out, and at worst waits for the lease to end: nothing is lost.
            Log.FailureNotNoted(logger, exception);
            await row.TryReleaseAsync();
            return true;
        }
    }

    private TimeSpan DelayAfter(int attempt) => Varied(options.Value.EffectiveRetryDelays[attempt - 1]);

    private static TimeSpan InSeconds(TimeSpan delay) => TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds));

    private static TimeSpan DelayAfterStorageFailure(int failures)
    {
        var doubled = FirstStorageDelay * Math.Pow(2, Math.Min(failures - 1, 10));
        return Varied(doubled < MostStorageDelay ? doubled : MostStorageDelay);
    }

    private static TimeSpan Varied(TimeSpan delay) => delay * (1 + (ProcessingOptions.RetryVariation * ((2 * Random.Shared.NextDouble()) - 1)));

    private static WebhookEvent ToEvent(Envelope envelope, HeldRow row, BinaryData body) => new()
    {
        Id = envelope.EventId,
        Source = envelope.Source,
        Type = envelope.Type,
        ReceivedAt = row.Current.ReceivedAt,
        Body = body,
        ContentType = envelope.ContentType,
        Assurance = envelope.Provenance.Assurance,
        IsTypeAuthenticated = envelope.Provenance.IsTypeAuthenticated,
        ContentCoding = envelope.Provenance.ContentCoding,
        IsInflated = envelope.Provenance.IsInflated,
        ReplayOf = envelope.ReplayOf,
        Attempt = envelope.Attempt,
        Redrive = envelope.Redrive,
        MayHaveRun = DecisionTable.WasTakenBefore(row.Current, envelope),
    };

    private static async Task ReleaseAsync(HeldRow? row)
    {
        if (row is not null)
            await row.TryReleaseAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Storage failed while processing. The same attempt is made again in about {Delay}; nothing is lost.")]
        public static partial void StorageFailed(ILogger logger, TimeSpan delay, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "A failed attempt could not be noted in the row. Its retry waits for the lease to end; nothing is lost.")]
        public static partial void FailureNotNoted(ILogger logger, Exception exception);

        [LoggerMessage(3, LogLevel.Information, "Attempt {Attempt} of {Attempts} comes in {Delay}.")]
        public static partial void Retried(ILogger logger, int attempt, int attempts, TimeSpan delay);
    }
}
