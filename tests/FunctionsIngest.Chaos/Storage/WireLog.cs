using System.Collections.Concurrent;
using FunctionsIngest.Ledger;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Chaos.Storage;

/// <summary>
/// What went over the wire: how many calls of which step, what went wrong with them, and every write of a row.
/// </summary>
internal sealed class WireLog
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<RowWrite>> _writes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<StorageStep, int> _calls = new();
    private readonly ConcurrentDictionary<StorageStep, long> _last = new();
    private readonly ConcurrentDictionary<string, int> _faults = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _ended = new(StringComparer.Ordinal);

    /// <summary>How many calls there were.</summary>
    public int Calls => _calls.Values.Sum();

    /// <summary>When the last call of a step came, by the machine's monotonic clock; null: there was none.</summary>
    public long? LastOf(StorageStep step) => _last.TryGetValue(step, out var at) ? at : null;

    /// <summary>How many calls each fault fell on.</summary>
    public IReadOnlyDictionary<string, int> Faults => _faults;

    /// <summary>How many events have come to an end: processed, or given up.</summary>
    public int Ended => _ended.Count;

    /// <summary>The writes of an event's row, in the order in which they ended.</summary>
    public IReadOnlyList<RowWrite> WritesOf(string source, string eventId)
        => _writes.TryGetValue(KeyOf($"{source}-{eventId[..2]}", eventId[2..]), out var writes) ? [.. writes] : [];

    /// <summary>Notes a call that has ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="process">Who made it.</param>
    public void Note(StorageCall call, string process)
    {
        var step = StorageSteps.Of(call);
        _calls.AddOrUpdate(step, 1, (_, count) => count + 1);
        _last.AddOrUpdate(step, call.ReceivedAt, (_, at) => Math.Max(at, call.ReceivedAt));
        if (call.Fault is not null)
            _faults.AddOrUpdate(FaultSource.NameOf(call.Fault), 1, (_, count) => count + 1);
        if (StorageSteps.RowOf(call) is not { } row)
            return;

        var state = Enum.Parse<RowState>(row.GetProperty(nameof(LedgerRow.State)).GetString()!);
        var key = KeyOf(row.GetProperty("PartitionKey").GetString()!, row.GetProperty("RowKey").GetString()!);
        var write = new RowWrite(
            process,
            call.ReceivedAt,
            TimeProvider.System.GetTimestamp(),
            state,
            row.TryGetProperty(nameof(LedgerRow.Finished), out var finished) ? finished.GetString()!.Split(',') : [],
            call.StorageStatus,
            call.Fault is not null || call.CallerLeft);
        _writes.GetOrAdd(key, _ => new ConcurrentQueue<RowWrite>()).Enqueue(write);
        if (write.IsDone && state is RowState.Processed or RowState.Poisoned)
            _ended.TryAdd(key, 0);
    }

    private static string KeyOf(string partitionKey, string rowKey) => $"{partitionKey}/{rowKey}";
}
