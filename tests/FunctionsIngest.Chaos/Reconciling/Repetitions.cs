using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Chaos.Storage;

namespace FunctionsIngest.Chaos.Reconciling;

/// <summary>
/// Explains, from what the handlers noted, when processes were killed, and what was seen on the wire, every run of a
/// handler after its first.
/// </summary>
/// <param name="wire">What was seen on the wire.</param>
/// <param name="killedAt">When which process was killed.</param>
internal sealed class Repetitions(WireLog wire, IReadOnlyDictionary<string, long> killedAt)
{
    /// <summary>Explains why a handler ran again.</summary>
    /// <param name="run">A run.</param>
    /// <param name="next">The next run of the same handler for the same event.</param>
    public Repetition Explain(HandlerRun run, HandlerRun next)
    {
        if (run.HasFailed)
            return Repetition.Failed;

        var writes = wire.WritesOf(run.Source, run.EventId).Where(write => write.Process == run.Process && write.StartedAt < next.StartedAt).ToList();
        if (run.EndedAt is { } ended && writes.Exists(write => write.IsDone && write.Notes(run.Handler) && write.StartedAt >= ended && write.EndedAt < next.StartedAt))
            return Repetition.Noted;
        if (killedAt.TryGetValue(run.Process, out var killed) && killed >= run.StartedAt && killed <= next.StartedAt)
            return Repetition.Killed;

        // Also a renewal of the lease counts: without it somebody else takes the row.
        return writes.Exists(write => write.EndedAt >= run.StartedAt && (write.IsTroubled || write.StorageStatus is null or >= 500))
            ? Repetition.StorageFailed
            : Repetition.Unexplained;
    }
}
