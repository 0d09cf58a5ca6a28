namespace FunctionsIngest.Local.Azurite;

/// <summary>
/// A file held open by one process at a time. The operating system lets go of it when the process ends, however it
/// ends.
/// </summary>
internal static class FileGuard
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>Takes the guard, or returns null if another process has it.</summary>
    public static FileStream? TryTake(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>
    /// Takes the guard, waiting for another process to let go of it; null if it has not after
    /// <paramref name="longest"/>.
    /// </summary>
    public static async Task<FileStream?> TakeAsync(string path, TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            if (TryTake(path) is { } guard)
                return guard;
            if (time.GetElapsedTime(started) > longest)
                return null;
            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }
}
