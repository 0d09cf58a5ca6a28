using System.Text;
using System.Text.Json;
using FunctionsIngest.Configuration;
using FunctionsIngest.Local.Pump;
using FunctionsIngest.Local.Settings;
using FunctionsIngest.Secrets;
using FunctionsIngest.Sources;
using FunctionsIngest.Telemetry;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace FunctionsIngest.Local;

/// <summary>
/// How the local host is set up before it is built: its settings and their order, where it listens, how it logs.
/// </summary>
internal static class LocalBuilder
{
    // A file of the program's own is read at the start alone. Otherwise one that breaks would end the running host.
    private const string ReadOnce = "--hostBuilder:reloadConfigOnChange=false";

    /// <summary>A builder with the host's settings, addresses and log.</summary>
    /// <param name="args">The settings of the command line.</param>
    /// <param name="defaults">What holds where nothing else is set.</param>
    /// <param name="progress">Receives a line for each file of settings.</param>
    /// <exception cref="StartUpException">A file of settings cannot be read.</exception>
    public static WebApplicationBuilder Create(IReadOnlyList<string> args, HostDefaults defaults, Action<string> progress)
    {
        var builder = Create(args);
        Insert(builder.Configuration, new MemoryConfigurationSource { InitialData = defaults.Settings });
        if (defaults.ReadsLocalSettings)
            AddLocalSettings(builder, progress);

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
        builder.Services.AddHostedService<SettingsWatch>();
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.ColorBehavior = LoggerColorBehavior.Default;
        }).NameWebhooks(nameof(ConsoleLoggerProvider));
        return builder;
    }

    /// <summary>
    /// Adds the development secrets, and makes them if they are missing; with a vault, none are needed. Adds the
    /// default sources where there are no others.
    /// </summary>
    /// <param name="builder">The host's builder, whose settings receive them below those of this machine.</param>
    /// <param name="options">Where the secrets are kept.</param>
    /// <param name="defaults">Whether the default sources are added beside others as well.</param>
    /// <param name="progress">Receives a line if secrets are made.</param>
    /// <exception cref="StartUpException">The file of the secrets cannot be read.</exception>
    public static void AddSecretsAndSources(WebApplicationBuilder builder, LocalOptions options, HostDefaults defaults, Action<string> progress)
    {
        if (!defaults.ReadsLocalSettings || DefaultSources.AreNeededBy(builder.Configuration))
            Insert(builder.Configuration, new MemoryConfigurationSource { InitialData = DefaultSources.Settings });
        if (!string.IsNullOrEmpty(builder.Configuration[KeyVaultOptions.UriKey]))
            return;

        var path = Path.Combine(options.EffectiveDataPath, "secrets.json");
        if (DevelopmentSecrets.CreateIfMissing(path))
            progress($"Made development secrets: {path}");
        Add(builder, SettingsFile.Open(path, DevelopmentSecrets.Read, "Mend the file, or remove it: then the local host makes new development secrets."));
    }

    private static WebApplicationBuilder Create(IReadOnlyList<string> args)
    {
        try
        {
            return WebApplication.CreateBuilder(new WebApplicationOptions
            {
                Args = [.. args, ReadOnce],
                // appsettings.json and host.json are beside the program, wherever it is started from.
                ContentRootPath = AppContext.BaseDirectory,
                EnvironmentName = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
                    ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
                    ?? Environments.Development,
            });
        }
        catch (InvalidDataException exception)
        {
            var problem = exception.GetBaseException() is JsonException json ? JsonSettings.ProblemOf(json) : exception.GetBaseException().Message.TrimEnd('.');
            throw new StartUpException($"{exception.Message.TrimEnd('.')}: {problem}. It is a copy of the file in src/FunctionsIngest.Local: mend that one, and build again.");
        }
    }

    private static void AddLocalSettings(WebApplicationBuilder builder, Action<string> progress)
    {
        var given = builder.Configuration[$"{LocalOptions.Section}:{nameof(LocalOptions.SettingsFile)}"];
        var path = string.IsNullOrEmpty(given) ? Path.Combine(RepositoryRoot.Find(), LocalSettingsFile.Name) : Path.GetFullPath(given);
        var file = SettingsFile.Open(path, LocalSettingsFile.Read, "Mend the file, or remove it.");
        if (file.Exists)
            progress($"Settings of this machine: {path}");
        else if (!string.IsNullOrEmpty(given))
            throw new StartUpException($"Local:SettingsFile is '{given}', and there is no such file: make it, or do not set Local:SettingsFile.");
        Add(builder, file);
    }

    private static void Add(WebApplicationBuilder builder, SettingsFile file)
    {
        Insert(builder.Configuration, file);
        builder.Services.AddSingleton(file);
    }

    /// <summary>
    /// Inserts settings below those that this method has inserted before, but above appsettings.json: from the top, the
    /// command line, the environment, this machine's file, the development secrets, the defaults.
    /// </summary>
    private static void Insert(ConfigurationManager configuration, IConfigurationSource source)
    {
        IList<IConfigurationSource> sources = configuration.Sources;
        var own = sources.FirstOrDefault(candidate => candidate is SettingsFile)
            ?? sources.Last(candidate => candidate is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        sources.Insert(sources.IndexOf(own), source);
    }
}
