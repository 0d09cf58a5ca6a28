using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsIngest.Secrets;

/// <summary>
/// Begins to read the keys when the host starts. A host makes its hosted services before it validates the configuration: were the key ring one of them,
/// it would stop at the first section with a mistake, and the mistakes of the others would not be reported.
/// </summary>
internal sealed class KeyRingStart(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
        => services.GetRequiredService<KeyRing>().StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
