using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// An instance that can die at any call to storage. Dead means: every connection that it has or makes is cut for good, so that whatever its code
/// still does reaches nobody. That is what SIGKILL looks like from outside, and tests of this kind are as fast as storage answers.
/// </summary>
internal sealed class Mortal : IAsyncDisposable
{
    private readonly StorageProxy _proxy;
    private int _callsToLive = int.MaxValue;
    private volatile bool _reachesStorage;
    private volatile bool _isDead;

    private Mortal(StorageProxy proxy) => _proxy = proxy;

    /// <summary>The instance.</summary>
    public IngestHost Host { get; private set; } = null!;

    /// <summary>Whether it has died.</summary>
    public bool IsDead => _isDead;

    /// <summary>The last step that it took; the one that it died at.</summary>
    public StorageStep? LastStep { get; private set; }

    /// <summary>Starts an instance.</summary>
    /// <param name="storage">The connection string.</param>
    /// <param name="sent">Receives every message that has reached storage.</param>
    /// <param name="start">Starts the host on a connection string.</param>
    public static async Task<Mortal> StartAsync(string storage, Action<SentMessage> sent, Func<string, Task<IngestHost>> start)
    {
        var mortal = new Mortal(await StorageProxy.StartAsync(storage));
        mortal._proxy.Choose = mortal.Choose;
        mortal._proxy.Observe = call =>
        {
            if (call.StorageStatus is >= 200 and < 300 && SentMessage.From(call) is { } message)
                sent(message);
        };
        mortal.Host = await start(mortal._proxy.ConnectionString);
        return mortal;
    }

    /// <summary>Brings it to life, until its n-th call.</summary>
    /// <param name="callsToLive">The call that it dies at, from 1; null: none.</param>
    /// <param name="reachesStorage">Whether storage carries that call out.</param>
    public void Live(int? callsToLive = null, bool reachesStorage = false)
    {
        _reachesStorage = reachesStorage;
        _callsToLive = callsToLive ?? int.MaxValue;
        LastStep = null;
        _isDead = false;
    }

    /// <summary>Dies now.</summary>
    public void Die() => _isDead = true;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    private StorageFault? Choose(StorageCall call)
    {
        if (_isDead)
            return StorageFault.CutBefore;

        LastStep = StorageSteps.Of(call);
        return Interlocked.Decrement(ref _callsToLive) == 0 ? StorageFault.Death(_reachesStorage, Die) : null;
    }
}
