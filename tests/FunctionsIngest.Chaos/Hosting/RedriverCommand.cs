using FunctionsIngest.Poison;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionsIngest.Chaos.Hosting;

/// <summary>
/// A process that redrives every poison document there is, and ends when there is none. All settings are environment
/// variables.
/// </summary>
internal static class RedriverCommand
{
    /// <summary>The command line.</summary>
    public const string Name = "redriver";

    private const int MaxAtOnce = 8;

    /// <summary>Redrives.</summary>
    public static async Task<int> RunAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddWebhookIngestion(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<PoisonStore>();
        var redriver = provider.GetRequiredService<Redriver>();
        while (!await RedriveAllAsync(store, redriver))
        {
            // Storage failed for some, or for the list: these are still there.
        }

        return 0;
    }

    /// <returns>Whether there is nothing left.</returns>
    private static async Task<bool> RedriveAllAsync(PoisonStore store, Redriver redriver)
    {
        var found = 0;
        try
        {
            await Parallel.ForEachAsync(
                store.ListAsync(source: null, CancellationToken.None),
                new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce },
                async (name, cancellationToken) =>
                {
                    Interlocked.Increment(ref found);
                    await redriver.RedriveAsync(name, cancellationToken);
                });
            return found == 0;
        }
        catch (Exception exception) when (exception is Azure.RequestFailedException or AggregateException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return false;
        }
    }
}
