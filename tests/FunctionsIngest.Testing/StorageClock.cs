using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace FunctionsIngest.Testing;

/// <summary>
/// The clock of a storage account as its clients see it: that of the machine, which a test can set forward. What
/// storage wrote before keeps its time, and what it answers and writes from then on is later by as much.
/// </summary>
internal sealed partial class StorageClock
{
    private static readonly TimeSpan Blur = TimeSpan.FromMilliseconds(2);

    private ImmutableArray<(DateTimeOffset At, TimeSpan By)> _jumps = [];

    /// <summary>Whether the clock has been set forward.</summary>
    public bool IsSet => !_jumps.IsEmpty;

    /// <summary>What it says now.</summary>
    public DateTimeOffset Now => Of(TimeProvider.System.GetUtcNow());

    /// <summary>Sets it forward.</summary>
    public void Advance(TimeSpan by)
    {
        // The times of Azurite's rows are off by up to a millisecond: none may be on the wrong side.
        var at = TimeProvider.System.GetUtcNow() + Blur;
        SpinWait.SpinUntil(() => TimeProvider.System.GetUtcNow() > at + Blur);
        ImmutableInterlocked.Update(ref _jumps, static (jumps, jump) => jumps.Add(jump), (at, by));
    }

    /// <summary>The text of a row, with the time of its last change by this clock.</summary>
    public string WithTimestamp(string row) => Timestamp().Replace(row, match => Of(DateTimeOffset.Parse(match.Value, CultureInfo.InvariantCulture)).ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture));

    private DateTimeOffset Of(DateTimeOffset moment) => _jumps.Where(jump => jump.At <= moment).Aggregate(moment, (sum, jump) => sum + jump.By);

    [GeneratedRegex("(?<=\"Timestamp\":\")[^\"]+")]
    private static partial Regex Timestamp();
}
