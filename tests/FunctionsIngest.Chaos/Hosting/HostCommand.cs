using FunctionsIngest.Chaos.Handlers;
using FunctionsIngest.Local.Pump;
using FunctionsIngest.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Chaos.Hosting;

/// <summary>
/// A host process of a run: the building blocks of the local host (routes, pump, host.json) and handlers that note
/// their runs. All settings are environment variables. It ends when its standard input closes, and so never outlives
/// the run.
/// </summary>
internal static class HostCommand
{
    /// <summary>The first word of the command line.</summary>
    public const string Name = "host";

    /// <summary>Serves until told to stop.</summary>
    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The local host's appsettings.json lies beside this program.
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddEnvironmentVariables();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.WebHost.UseUrls(builder.Configuration[HostSettings.UrlKey]!).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = QueuePump.FinishWithin + TimeSpan.FromSeconds(5));
        builder.Services.AddWebhookIngestion(builder.Configuration);
        builder.Services.AddPump(QueueSettings(), HostSettings.Invisibility);
        using var runs = new RunLog(builder.Configuration[HostSettings.RunLogKey]!);
        var counting = new CountingHandler(runs);
        var failing = new FailingHandler(runs);
        builder.Services.AddWebhookHandler(CountingHandler.Name, _ => counting).AddWebhookHandler(FailingHandler.Name, _ => failing);

        await using var app = builder.Build();
        app.MapWebhookIngestion();
        await CreateStorageAsync(app.Services.GetRequiredService<StorageClients>());
        _ = StopAtEndOfInputAsync(app.Lifetime);
        await app.RunAsync();
        return 0;
    }

    /// <summary>The settings of host.json with shorter times.</summary>
    private static HostQueueSettings QueueSettings()
    {
        var shipped = HostQueueSettings.Read(Path.Combine(AppContext.BaseDirectory, "host.json"));
        return new HostQueueSettings
        {
            BatchSize = shipped.BatchSize,
            NewBatchThreshold = shipped.NewBatchThreshold,
            MaxDequeueCount = shipped.MaxDequeueCount,
            MessageEncoding = shipped.MessageEncoding,
            VisibilityTimeout = HostSettings.InvisibilityAfterFailure,
            MaxPollingInterval = TimeSpan.FromMilliseconds(500),
        };
    }

    /// <summary>
    /// In Azure the template has done it. Here it may take several tries, for something goes wrong with these calls
    /// too.
    /// </summary>
    private static async Task CreateStorageAsync(StorageClients clients)
    {
        while (true)
        {
            try
            {
                await clients.CreateAllAsync(CancellationToken.None);
                return;
            }
            catch (Exception exception) when (exception is Azure.RequestFailedException or AggregateException or OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private static async Task StopAtEndOfInputAsync(IHostApplicationLifetime lifetime)
    {
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        lifetime.StopApplication();
    }
}
