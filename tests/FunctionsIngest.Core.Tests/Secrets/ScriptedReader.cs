using FunctionsIngest.Secrets;

namespace FunctionsIngest.Core.Tests.Secrets;

/// <summary>Secrets as a test scripts them.</summary>
/// <param name="read">What a read of a secret finds.</param>
internal sealed class ScriptedReader(Func<string, CancellationToken, Task<IReadOnlyList<SecretVersion>>> read) : ISecretReader
{
    private int _reads;

    public ScriptedReader(Func<string, IReadOnlyList<SecretVersion>> read)
        : this((name, _) => Task.FromResult(read(name)))
    {
    }

    public int Reads => Volatile.Read(ref _reads);

    public async Task<IReadOnlyList<SecretVersion>> ReadAsync(string name, Func<string, bool> isUsable, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return await read(name, cancellationToken);
    }

    public string Describe(string name) => $"Secret '{name}'";
}
