using System.Text;
using FunctionsIngest.Local.Pump;
using FunctionsIngest.Secrets;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace FunctionsIngest.Local;

/// <summary>
/// How the local host is set up before it is built: its settings and their order, where it listens, how it logs.
/// </summary>
internal static class LocalBuilder
{
    /// <summary>A builder with the host's settings, addresses and log.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="defaults">What holds where nothing else is set.</param>
    public static WebApplicationBuilder Create(string[] args, HostDefaults defaults)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            // appsettings.json and host.json are beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
                ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
                ?? Environments.Development,
        });
        InsertAfterAppSettings(builder.Configuration, new MemoryConfigurationSource { InitialData = defaults.Settings });

        string[] addressKeys = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];
        if (addressKeys.All(key => string.IsNullOrEmpty(builder.Configuration[key])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(defaults.Url);

        // As in the Functions app: Webhooks:MaxBodyBytes is enforced while the body is read, and answered. The bytes of
        // a header are Latin-1.
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = QueuePump.FinishWithin + TimeSpan.FromSeconds(5));
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Default;
        });
        return builder;
    }

    /// <summary>
    /// Adds the development secrets, and makes them if they are missing; with a vault, none are needed.
    /// </summary>
    /// <param name="configuration">The host's settings, which receive them below the environment variables.</param>
    /// <param name="options">Where they are kept.</param>
    /// <param name="progress">Receives a line if they are made.</param>
    public static void AddSecrets(ConfigurationManager configuration, LocalOptions options, Action<string> progress)
    {
        if (!string.IsNullOrEmpty(configuration[KeyVaultOptions.UriKey]))
            return;

        var path = Path.Combine(options.EffectiveDataPath, "secrets.json");
        if (DevelopmentSecrets.CreateIfMissing(path))
            progress($"Made development secrets: {path}");
        var source = new JsonConfigurationSource { Path = path, ReloadOnChange = true };
        source.ResolveFileProvider();
        InsertAfterAppSettings(configuration, source);
    }

    private static void InsertAfterAppSettings(ConfigurationManager configuration, IConfigurationSource source)
    {
        IList<IConfigurationSource> sources = configuration.Sources;
        var appSettings = sources.OfType<JsonConfigurationSource>().First(json => json.Path == "appsettings.json");
        sources.Insert(sources.IndexOf(appSettings) + 1, source);
    }
}
