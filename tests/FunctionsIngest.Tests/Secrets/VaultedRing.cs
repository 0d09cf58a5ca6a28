using System.Diagnostics.Metrics;
using FunctionsIngest.Core.Tests.Secrets;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>One instance's keys, as the app composes them, read by the real client from a <see cref="FakeVault"/>; on a clock that a test sets.</summary>
internal sealed class VaultedRing : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ObservedReader _reader;
    private readonly MetricCollector<long> _refreshes;

    public VaultedRing(FakeVault vault, FakeTimeProvider clock, Source source, params (string Key, string Value)[] settings)
    {
        (Clock, Source) = (clock, source);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("KeyVault:Uri", vault.Uri.ToString())).Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)))
            .Build();
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging())
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(new SourceCatalogue([source]))
            .AddSingleton(vault.CreateClient())
            .AddSingleton<KeyVaultSecretReader>()
            .AddSingleton<ISecretReader>(provider => new ObservedReader(provider.GetRequiredService<KeyVaultSecretReader>()))
            .AddSecrets(configuration)
            .BuildServiceProvider();
        _reader = (ObservedReader)_services.GetRequiredService<ISecretReader>();
        _refreshes = new MetricCollector<long>(_services.GetRequiredService<IMeterFactory>(), "FunctionsIngest", "ingest.secrets.refreshes");
        Keys = _services.GetRequiredService<KeyRing>();
    }

    public FakeTimeProvider Clock { get; }

    public Source Source { get; }

    public KeyRing Keys { get; }

    public FakeLogCollector Logs => _services.GetFakeLogCollector();

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    /// <summary>How many reads have ended, by outcome.</summary>
    public int Refreshes(string outcome) => _refreshes.GetMeasurementSnapshot().Count(measurement => measurement.Tags["outcome"] is string tag && tag == outcome);

    /// <summary>A webhook signed with a key: verified with the keys in memory, and once more with newer ones if there are any.</summary>
    /// <returns>Whether it is accepted.</returns>
    public async Task<bool> AcceptsAsync(string key)
    {
        var seen = await Keys.GetAsync(Source, default);
        return PlainScheme.TextsOf(seen).Contains(key)
            || (await Keys.GetNewerAsync(Source, seen, default) is { } newer && PlainScheme.TextsOf(newer).Contains(key));
    }

    /// <summary>The status that a webhook gets.</summary>
    public async Task<int> StatusAsync(string key)
    {
        try
        {
            return await AcceptsAsync(key) ? 200 : 403;
        }
        catch (SecretsUnavailableException)
        {
            return 503;
        }
    }

    /// <summary>Lets time pass, in steps small enough that no read which is due waits for another.</summary>
    public async Task AdvanceAsync(TimeSpan time, TimeSpan? step = null)
    {
        var end = Clock.GetUtcNow() + time;
        while (Clock.GetUtcNow() < end)
        {
            var left = end - Clock.GetUtcNow();
            Clock.Advance(step < left ? step.Value : step is null && left > TimeSpan.FromSeconds(5) ? TimeSpan.FromSeconds(5) : left);
            await IdleAsync();
        }
    }

    /// <summary>Waits until no read is under way.</summary>
    public async Task IdleAsync()
    {
        for (var i = 0; _refreshes.GetMeasurementSnapshot().Count < _reader.Started; i++)
        {
            Assert.True(i < 3000, "A read has not ended for 30 seconds.");
            await Task.Delay(TimeSpan.FromMilliseconds(i < 100 ? 1 : 10), TimeProvider.System);
        }
    }

    public ValueTask DisposeAsync()
    {
        _refreshes.Dispose();
        return _services.DisposeAsync();
    }

    /// <summary>Passes every call on, and counts them, so that a test can wait for those that are under way.</summary>
    private sealed class ObservedReader(KeyVaultSecretReader reader) : ISecretReader
    {
        private int _started;

        public int Started => Volatile.Read(ref _started);

        public Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _started);
            return reader.ReadAsync(name, cancellationToken);
        }

        public string Describe(string name) => reader.Describe(name);
    }
}
