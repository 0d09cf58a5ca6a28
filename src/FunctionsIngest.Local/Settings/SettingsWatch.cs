namespace FunctionsIngest.Local.Settings;

/// <summary>
/// Looks twice a second whether a file of settings has changed. The system's own notices are not used: they do not
/// arrive from every file system, and never for a file that an editor has put in another's place.
/// </summary>
internal sealed partial class SettingsWatch(IEnumerable<SettingsFile> files, TimeProvider time, ILogger<SettingsWatch> logger) : BackgroundService
{
    /// <summary>The time from one look to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Looks at every file once.</summary>
    public void Look()
    {
        foreach (var file in files)
        {
            if (file.TryReadChange(out var problem))
                Log.ReadAgain(logger, file.Path);
            else if (problem is not null)
                Log.Broken(logger, file.Path, problem);
        }
    }

    /// <summary>Looks until the host stops.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Read {Path} again. Changed secrets hold from now on, other settings from the next start.")]
        public static partial void ReadAgain(ILogger logger, string path);

        [LoggerMessage(2, LogLevel.Warning, "{Path} has changed and cannot be read: {Problem}. What was read before goes on. Mend the file, and it is read again at once.")]
        public static partial void Broken(ILogger logger, string path, string problem);
    }
}
