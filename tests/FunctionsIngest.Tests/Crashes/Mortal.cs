using FunctionsIngest.Tests.Infrastructure;

namespace FunctionsIngest.Tests.Crashes;

/// <summary>
/// An instance that can die at any call to storage. Dead means: every connection that it has or makes is cut for good,
/// so that whatever its code still does has no effect. That is what SIGKILL looks like from outside, and tests of this
/// kind are as fast as storage answers.
/// </summary>
internal sealed class Mortal : IAsyncDisposable
{
    private readonly StorageProxy _proxy;
    private int _callsToLive = int.MaxValue;
    private Func<StorageFault> _fault = () => throw new InvalidOperationException("It lives.");
    private volatile bool _isDead;

    private Mortal(StorageProxy proxy) => _proxy = proxy;

    /// <summary>The instance.</summary>
    public IngestHost Host { get; private set; } = null!;

    /// <summary>Whether it has died.</summary>
    public bool IsDead => _isDead;

    /// <summary>The last step that it took; the one that it died at.</summary>
    public StorageStep? LastStep { get; private set; }

    /// <summary>Calls that are not counted, and that it therefore does not die at.</summary>
    public Func<StorageCall, bool> IsPassedOver { get; set; } = _ => false;

    /// <summary>Starts an instance.</summary>
    /// <param name="storage">The connection string.</param>
    /// <param name="clock">The storage's clock.</param>
    /// <param name="sent">Receives every message that has reached storage.</param>
    /// <param name="start">Starts the host on a connection string.</param>
    public static async Task<Mortal> StartAsync(string storage, StorageClock clock, Action<SentMessage> sent, Func<string, Task<IngestHost>> start)
    {
        var mortal = new Mortal(await StorageProxy.StartAsync(storage));
        mortal._proxy.Clock = clock;
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
    /// <param name="meanwhile">What somebody else does while that call is on its way; null: nothing.</param>
    public void Live(int? callsToLive = null, bool reachesStorage = false, Func<Task>? meanwhile = null)
        => Live(callsToLive ?? int.MaxValue, () => StorageFault.Death(reachesStorage, Die, meanwhile?.Invoke()));

    /// <summary>Brings it to life for good; its n-th call is long on its way.</summary>
    /// <param name="call">The call, from 1.</param>
    /// <param name="meanwhile">What somebody else does before that call reaches storage.</param>
    public void Wait(int call, Func<Task> meanwhile) => Live(call, () => StorageFault.Until(meanwhile()));

    /// <summary>Dies now.</summary>
    public void Die() => _isDead = true;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    private void Live(int calls, Func<StorageFault> fault)
    {
        _fault = fault;
        _callsToLive = calls;
        LastStep = null;
        _isDead = false;
    }

    private StorageFault? Choose(StorageCall call)
    {
        if (_isDead)
            return StorageFault.CutBefore;
        if (IsPassedOver(call))
            return null;

        LastStep = StorageSteps.Of(call);
        return Interlocked.Decrement(ref _callsToLive) == 0 ? _fault() : null;
    }
}
