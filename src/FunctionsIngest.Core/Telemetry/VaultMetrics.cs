using System.Diagnostics.Metrics;

namespace FunctionsIngest.Telemetry;

/// <summary>
/// What is measured of the secrets. Tags are names of secrets and outcomes: both are bounded by the configuration.
/// </summary>
internal sealed class VaultMetrics
{
    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _refused;
    private readonly Meter _meter;

    public VaultMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(IngestMetrics.MeterName);
        _refreshes = _meter.CreateCounter<long>("ingest.secrets.refreshes", "{refresh}", "Reads of a secret, by outcome.");
        _refused = _meter.CreateCounter<long>("ingest.secrets.refused", "{version}", "Versions of a secret that were found unusable.");
    }

    /// <summary>A secret was read.</summary>
    public void Refreshed(string secret) => Count(secret, "success");

    /// <summary>The store asked for fewer calls.</summary>
    public void Throttled(string secret) => Count(secret, "throttled");

    /// <summary>The store could not be asked.</summary>
    public void Failed(string secret) => Count(secret, "failure");

    /// <summary>A version of a secret cannot be used; once for each source or client that names it.</summary>
    public void Refused(string secret) => _refused.Add(1, new KeyValuePair<string, object?>("secret", secret));

    /// <summary>Reports, whenever metrics are collected, how old what is known of each secret is.</summary>
    /// <param name="ages">The secrets that have been read, with their ages.</param>
    public void ObserveAges(Func<IEnumerable<(string Secret, TimeSpan Age)>> ages)
        => _meter.CreateObservableGauge(
            "ingest.secrets.age",
            () => ages().Select(item => new Measurement<double>(item.Age.TotalSeconds, new KeyValuePair<string, object?>("secret", item.Secret))),
            "s",
            "Time since a secret was last read with success.");

    private void Count(string secret, string outcome)
        => _refreshes.Add(1, new KeyValuePair<string, object?>("secret", secret), new KeyValuePair<string, object?>("outcome", outcome));
}
