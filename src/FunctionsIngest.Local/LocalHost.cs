using System.Net.Sockets;
using Azure;
using Azure.Identity;
using FunctionsIngest.Configuration;
using FunctionsIngest.Local.Azurite;
using FunctionsIngest.Local.Pump;
using FunctionsIngest.Local.Settings;
using FunctionsIngest.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Local;

/// <summary>
/// The app on one machine, running: Kestrel, the pump, and Azurite unless <c>WebhookStorage</c> names another storage.
/// </summary>
internal sealed partial class LocalHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly AzuriteProcess? _azurite;

    private LocalHost(WebApplication app, AzuriteProcess? azurite)
    {
        _app = app;
        _azurite = azurite;
    }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>The app's configuration.</summary>
    public IConfiguration Configuration => _app.Configuration;

    /// <summary>Where it listens.</summary>
    public IReadOnlyCollection<string> Urls => [.. _app.Urls];

    /// <summary>Whether the storage is an Azurite of this host's own.</summary>
    public bool HasOwnStorage => _azurite is not null;

    /// <summary>Starts everything.</summary>
    /// <param name="args">The settings of the command line, each as <c>--key=value</c>.</param>
    /// <param name="defaults">The defaults.</param>
    /// <param name="progress">Receives a line for each step.</param>
    /// <exception cref="StartUpException">Something is missing, taken or set wrong.</exception>
    public static async Task<LocalHost> StartAsync(IReadOnlyList<string> args, HostDefaults defaults, Action<string> progress)
    {
        var builder = LocalBuilder.Create(args, defaults, progress);
        var options = LocalOptions.Read(builder.Configuration);
        DataFolder.Prepare(options.EffectiveDataPath);
        LocalBuilder.AddSecretsAndSources(builder, options, defaults, progress);
        builder.AddTelemetry(progress);
        builder.Services.AddWebhookIngestion(builder.Configuration);
        if (defaults.Pumps)
            builder.Services.AddPump(HostQueueSettings.Read(Path.Combine(AppContext.BaseDirectory, "host.json")), options.Invisibility);

        var azurite = await StartAzuriteAsync(builder.Configuration, options, progress);
        var host = new LocalHost(builder.Build(), azurite);
        try
        {
            await host.StartAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for Ctrl-C or SIGTERM, or for the end of Azurite.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForStopAsync()
    {
        var stopped = _app.WaitForShutdownAsync();
        if (_azurite is null || await Task.WhenAny(stopped, _azurite.Ended) == stopped)
        {
            await stopped;
            return 0;
        }

        Log.AzuriteEnded(_app.Logger, _azurite.Output);
        return 1;
    }

    /// <summary>Stops everything: requests first, then the pump, Azurite last.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }

    private static async Task<AzuriteProcess?> StartAzuriteAsync(ConfigurationManager configuration, LocalOptions options, Action<string> progress)
    {
        if (StorageOptions.AreIn(configuration) && !IsForAzuriteToCome(configuration))
        {
            progress($"Storage is what {StorageOptions.ConnectionKey} says; Azurite is not started");
            return null;
        }

        var ports = AzuritePorts.Choose(options.Azurite);
        var installation = new AzuriteInstallation(RepositoryRoot.Find(), progress);
        await installation.EnsureAsync(TimeProvider.System, CancellationToken.None);
        var dataPath = options.Azurite.InMemory ? null : Path.Combine(options.EffectiveDataPath, "azurite");
        var azurite = await AzuriteProcess.StartAsync(installation, dataPath, ports, accounts: [], TimeProvider.System, CancellationToken.None);
        progress($"Azurite keeps the storage, on ports {azurite.Ports.Blob} (blob), {azurite.Ports.Queue} (queue), {azurite.Ports.Table} (table), its data {dataPath ?? "in memory"}");
        configuration.AddInMemoryCollection([new(StorageOptions.ConnectionKey, azurite.Ports.ConnectionString())]);
        return azurite;
    }

    /// <summary>
    /// Whether the storage is Azurite's usual address, and Azurite does not run there yet. Core Tools need that address
    /// in the settings that both share, and do not start Azurite.
    /// </summary>
    private static bool IsForAzuriteToCome(ConfigurationManager configuration)
        => string.Equals(configuration[StorageOptions.ConnectionKey]?.Trim().TrimEnd(';'), AzuritePorts.UsualConnection, StringComparison.OrdinalIgnoreCase)
            && AzuritePorts.AreUsualFree();

    private async Task StartAsync()
    {
        _app.MapWebhookIngestion();
        try
        {
            // Before anything starts: the pump reads queues that must exist.
            Services.GetRequiredService<IStartupValidator>().Validate();
            await Services.GetRequiredService<StorageClients>().CreateAllAsync(CancellationToken.None);
            await _app.StartAsync();
        }
        catch (Exception exception) when (SettingsMistakes.In(exception) is { } mistakes)
        {
            throw new StartUpException(mistakes);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException or SocketException)
        {
            throw new StartUpException($"{exception.Message.TrimEnd('.')}. Stop the program that has the port, or choose another: --urls http://localhost:<port>, or the environment variable ASPNETCORE_URLS.");
        }
        catch (FormatException exception)
        {
            throw new StartUpException($"{exception.Message.TrimEnd('.')}. Write the address like http://localhost:7071: --urls, or the environment variable ASPNETCORE_URLS.");
        }
        catch (Exception exception) when (exception is RequestFailedException or AuthenticationFailedException or AggregateException)
        {
            throw new StartUpException($"The storage that {StorageOptions.ConnectionKey} names cannot be used: {exception.GetBaseException().Message}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Critical, "Azurite has ended, so this host stops. Its last words: {Output}")]
        public static partial void AzuriteEnded(ILogger logger, string output);
    }
}
