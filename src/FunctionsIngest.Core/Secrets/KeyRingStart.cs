using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Begins to read the keys when the host starts. A host makes its hosted services before it validates the
/// configuration. If the key ring were one of them, the host would stop at the first section with a mistake, and not
/// report the mistakes of the others.
/// </summary>
internal sealed class KeyRingStart(IServiceProvider services) : IHostedService, IDisposable
{
    private IDisposable? _changes;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var ring = services.GetRequiredService<KeyRing>();
        // A secret that was changed in a file of settings holds at once. One in a vault has no part in this.
        if (!services.GetRequiredService<IOptions<KeyVaultOptions>>().Value.UsesVault)
            _changes = services.GetRequiredService<ConfigurationSecretReader>().OnChange(() => ring.StartAsync(CancellationToken.None));
        return ring.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _changes?.Dispose();
}
