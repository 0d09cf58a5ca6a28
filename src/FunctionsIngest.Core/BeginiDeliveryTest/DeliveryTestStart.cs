using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>
/// Begins to read the API keys when the host starts; not before its configuration is validated, which is after its
/// hosted services are made.
/// </summary>
internal sealed class DeliveryTestStart(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        services.GetRequiredService<DeliveryTestClients>().Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
