using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace FunctionsIngest.Senders.Keys;

/// <summary>Lends copies of a key, since the instances of the framework are not for several threads at once.</summary>
/// <param name="create">Makes one more copy.</param>
internal sealed class AsymmetricKeyPool<T>(Func<T> create)
    where T : AsymmetricAlgorithm
{
    private readonly ConcurrentBag<T> _free = [];

    public T Take() => _free.TryTake(out var instance) ? instance : create();

    public void Return(T instance) => _free.Add(instance);
}
