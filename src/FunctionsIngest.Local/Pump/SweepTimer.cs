namespace FunctionsIngest.Local.Pump;

/// <summary>Sweeps at the start and once an hour, as the Functions app's timer does.</summary>
internal sealed partial class SweepTimer(Func<CancellationToken, Task> sweep, TimeProvider time, ILogger<SweepTimer> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Sweeps until the host stops.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await SweepAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops: the next sweep goes on where this one ended.
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            await sweep(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            Log.SweepFailed(logger, Interval, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The sweep failed; the next one is in {Interval}")]
        public static partial void SweepFailed(ILogger logger, TimeSpan interval, Exception exception);
    }
}
