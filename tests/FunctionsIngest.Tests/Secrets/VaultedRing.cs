using System.Diagnostics.Metrics;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Tests.Secrets;

/// <summary>
/// One instance's keys, as the app composes them, read by the real client from a <see cref="FakeVault"/>; on a clock
/// that a test sets.
/// </summary>
internal sealed class VaultedRing : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ObservedReader _reader;

    public VaultedRing(FakeVault vault, FakeTimeProvider clock, Source source, params (string Key, string Value)[] settings)
    {
        Source = source;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("KeyVault:Uri", vault.Uri.ToString())).Select(setting => KeyValuePair.Create(setting.Item1, (string?)setting.Item2)))
            .Build();
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging())
            .AddSingleton(new SourceCatalogue([source]))
            .AddVault(vault, clock)
            .AddSecrets(configuration)
            .BuildServiceProvider();
        _reader = _services.GetRequiredService<ObservedReader>();
        Keys = _services.GetRequiredService<KeyRing>();
    }

    public Source Source { get; }

    public KeyRing Keys { get; }

    public FakeLogCollector Logs => _services.GetFakeLogCollector();

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    /// <summary>How many reads have ended, by outcome.</summary>
    public int Refreshes(string outcome) => _reader.Refreshes(outcome);

    /// <summary>
    /// A webhook signed with a key: verified with the keys in memory, and once more with newer ones if there are any.
    /// </summary>
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

    /// <summary>Lets time pass.</summary>
    public Task AdvanceAsync(TimeSpan time, TimeSpan? step = null) => _reader.AdvanceAsync(time, step);

    /// <summary>Waits until no read is under way.</summary>
    public Task IdleAsync() => _reader.IdleAsync();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
