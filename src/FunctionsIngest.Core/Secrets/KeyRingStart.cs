using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Begins to read the keys when the host starts. A host makes its hosted services before it validates the
/// configuration. If the key ring were one of them, the host would stop at the first section with a mistake, and not
/// report the mistakes of the others.
/// </summary>
internal sealed class KeyRingStart(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
        => services.GetRequiredService<KeyRing>().StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
