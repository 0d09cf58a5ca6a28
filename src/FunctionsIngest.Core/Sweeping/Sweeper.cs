using System.Runtime.ExceptionServices;
using Azure;
using FunctionsIngest.Processing;
using FunctionsIngest.Storage;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Sweeping;

/// <summary>
/// What the hourly timer does: drains the poison queue, removes expired rows, and removes bodies that no row or
/// document owns. Each of these pieces has limits, and the next sweep goes on where it stopped.
/// </summary>
internal sealed partial class Sweeper(
    StorageClients clients,
    PoisonKeeper poison,
    RowSweeper rows,
    BodySweeper bodies,
    SweepLimits limits,
    IngestMetrics metrics,
    TimeProvider time,
    ILogger<Sweeper> logger)
{
    /// <summary>
    /// Sweeps. Stopped at any point it has done whole pieces of work; the next sweep does the rest. A piece that fails
    /// does not keep the others from their work.
    /// </summary>
    /// <exception cref="Exception">What the first piece that failed has met.</exception>
    public async Task SweepAsync(CancellationToken stopping)
    {
        var failures = new List<Exception>();
        var isLimited = false;
        var poisoned = await RunAsync("the poison queue", DrainPoisonQueueAsync);
        var expired = await RunAsync("the rows", rows.SweepAsync);
        var payloads = await RunAsync("the payloads", bodies.SweepPayloadsAsync);
        var inPoison = await RunAsync("the bodies in poison", bodies.SweepPoisonAsync);
        if (failures is [var first, ..])
            ExceptionDispatchInfo.Throw(first);

        metrics.SweepFinished(time.GetUtcNow(), isLimited ? "limited" : "whole");
        Log.Swept(logger, expired, payloads + inPoison, poisoned, isLimited ? " It stopped at a limit; the next one goes on." : "");

        async Task<int> RunAsync(string what, Func<SweepAllowance, CancellationToken, Task<int>> sweep)
        {
            var allowance = new SweepAllowance(limits, time);
            try
            {
                var done = await sweep(allowance, stopping);
                isLimited |= allowance.IsUsedUp;
                return done;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                Log.PieceFailed(logger, exception, what);
                failures.Add(exception);
                return 0;
            }
        }
    }

    private async Task<int> DrainPoisonQueueAsync(SweepAllowance allowance, CancellationToken stopping)
    {
        var drained = 0;
        Exception? failure = null;
        try
        {
            while (!allowance.IsUsedUp)
            {
                allowance.Call();
                var messages = (await clients.PoisonQueue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(5), stopping)).Value;
                if (messages.Length == 0)
                    break;

                foreach (var message in messages)
                {
                    allowance.Call();
                    try
                    {
                        await poison.KeepAsync(message.Body, stopping);
                        await clients.PoisonQueue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stopping);
                        drained++;
                    }
                    catch (RequestFailedException exception) when (exception.IsMissing())
                    {
                        // The trigger was faster with this one.
                    }
                    catch (Exception exception) when (!stopping.IsCancellationRequested)
                    {
                        // It is visible again in five minutes, and the others need not wait for it.
                        failure ??= exception;
                    }
                }
            }
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            // No poison queue: the host has given up no message yet.
        }

        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        return drained;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Swept: {Rows} expired rows and {Bodies} ownerless bodies removed, {Poisoned} messages of the poison queue kept.{Rest}")]
        public static partial void Swept(ILogger logger, int rows, int bodies, int poisoned, string rest);

        [LoggerMessage(2, LogLevel.Warning, "The sweep of {What} failed; the next one goes on where it stopped.")]
        public static partial void PieceFailed(ILogger logger, Exception exception, string what);
    }
}
