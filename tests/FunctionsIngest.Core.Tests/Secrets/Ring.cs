using System.Diagnostics.Metrics;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using FunctionsIngest.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace FunctionsIngest.Core.Tests.Secrets;

/// <summary>A key ring on a clock that a test sets.</summary>
internal sealed class Ring : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public Ring(ISecretReader reader, params Source[] sources)
        : this(reader, new FakeTimeProvider(), sources)
    {
    }

    public Ring(ISecretReader reader, FakeTimeProvider clock, params Source[] sources)
    {
        Clock = clock;
        Keys = new KeyRing(
            new SourceCatalogue(sources), reader, Options.Create(new KeyVaultOptions()), clock, new VaultMetrics(Meters), new SecretFingerprints(FingerprintLogger), Logger);
    }

    public FakeTimeProvider Clock { get; }

    public KeyRing Keys { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public FakeLogger<KeyRing> Logger { get; } = new();

    public FakeLogger<SecretFingerprints> FingerprintLogger { get; } = new();

    public IReadOnlyList<string> Logged => [.. Logger.Collector.GetSnapshot().Select(record => $"{record.Level}: {record.Message}")];

    public static Source Source(params string[] secrets) => new() { Name = "shop", Scheme = new PlainScheme(), SecretNames = secrets };

    /// <summary>The keys' texts, as a webhook of the source would get them now.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(Source source) => PlainScheme.TextsOf(await Keys.GetAsync(source, default));

    public void Dispose()
    {
        Keys.Dispose();
        _services.Dispose();
    }
}
