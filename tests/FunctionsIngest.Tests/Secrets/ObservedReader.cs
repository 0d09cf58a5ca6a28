using System.Diagnostics.Metrics;
using FunctionsIngest.Secrets;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>
/// Passes every call on to the product's own reader, and knows which reads are under way, so that a test's clock can
/// wait for them.
/// </summary>
internal sealed class ObservedReader(KeyVaultSecretReader reader, IMeterFactory meters, FakeTimeProvider clock) : ISecretReader, IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private readonly MetricCollector<long> _refreshes = new(meters, "FunctionsIngest", "ingest.secrets.refreshes");
    private int _started;

    /// <summary>How many reads have ended, by outcome.</summary>
    public int Refreshes(string outcome) => _refreshes.GetMeasurementSnapshot().Count(measurement => measurement.Tags["outcome"] is string tag && tag == outcome);

    /// <summary>Lets time pass, in steps; at each of them, the reads that became due end before time goes on.</summary>
    public async Task AdvanceAsync(TimeSpan time, TimeSpan? step = null)
    {
        for (var left = time; left > TimeSpan.Zero; left -= step ?? Step)
        {
            clock.Advance(left < (step ?? Step) ? left : step ?? Step);
            await IdleAsync();
        }
    }

    /// <summary>Waits until no read is under way.</summary>
    public async Task IdleAsync()
    {
        for (var i = 0; _refreshes.GetMeasurementSnapshot().Count < Volatile.Read(ref _started); i++)
        {
            Assert.True(i < 3000, "A read has not ended for 30 seconds.");
            await Task.Delay(TimeSpan.FromMilliseconds(i < 100 ? 1 : 10), TimeProvider.System);
        }
    }

    public Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, Func<string, bool> isUsable, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _started);
        return reader.ReadAsync(name, isUsable, cancellationToken);
    }

    public string Describe(string name) => reader.Describe(name);

    public void Dispose() => _refreshes.Dispose();
}
