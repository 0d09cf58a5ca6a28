using System.Globalization;
using System.Text;

namespace FunctionsIngest.Chaos.Handlers;

/// <summary>
/// Where the handlers of one process note when they start and end. Every line is one write to the file, without a
/// buffer: what the operating system has been given survives SIGKILL. The clock is the machine's monotonic one, the
/// same for all processes.
/// </summary>
internal sealed class RunLog(string path) : IDisposable
{
    private readonly FileStream _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private readonly Lock _turn = new();

    /// <summary>Notes a moment.</summary>
    public void Note(string handler, WebhookEvent webhookEvent, RunMoment moment)
    {
        var line = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetTimestamp()} {moment} {handler} {webhookEvent.Source} {webhookEvent.Id} {webhookEvent.Attempt} {webhookEvent.Redrive}\n"));
        lock (_turn)
            _file.Write(line);
    }

    /// <summary>Reads what a process noted.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="process">Its name.</param>
    /// <returns>A run for each start, in order.</returns>
    public static IReadOnlyList<HandlerRun> Read(string path, string process)
    {
        var runs = new List<HandlerRun>();
        var open = new Dictionary<(string Handler, string Event), HandlerRun>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            // The last line may have been cut short by the kill.
            if (line.Split(' ') is not [var time, var moment, var handler, var source, { Length: 64 } id, _, var redrive])
                continue;

            var at = long.Parse(time, CultureInfo.InvariantCulture);
            if (Enum.Parse<RunMoment>(moment) == RunMoment.Started)
            {
                var run = new HandlerRun(process, handler, source, id, int.Parse(redrive, CultureInfo.InvariantCulture), at);
                open[(handler, id)] = run;
                runs.Add(run);
            }
            else if (open.Remove((handler, id), out var run))
            {
                run.EndedAt = at;
                run.HasFailed = Enum.Parse<RunMoment>(moment) == RunMoment.Failed;
            }
        }

        return runs;
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
