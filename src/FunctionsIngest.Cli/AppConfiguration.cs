using FunctionsIngest.Cli.Identities;
using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Cli;

/// <summary>
/// The app's settings as this command sees them: a file that the user names, or those that the local host reads too.
/// Those are <c>local.settings.json</c> in the repository's root, the development secrets below it, and the default
/// sources where there are no others. Environment variables override all of them.
/// </summary>
internal static class AppConfiguration
{
    private const string LocalSettings = "src/FunctionsIngest.Local/appsettings.json";
    private const string SecretsFile = "secrets.json";
    private const string DataPath = "Local:DataPath";

    private static readonly string[] StorageAddresses = [.. new[] { "queueServiceUri", "tableServiceUri", "blobServiceUri" }.Select(key => $"{StorageOptions.ConnectionKey}:{key}")];

    /// <summary>Reads the settings.</summary>
    /// <param name="terminal">Where the command runs.</param>
    /// <param name="file">
    /// A JSON file: the app's settings as in appsettings.json, or a local.settings.json; null: the local host's.
    /// </param>
    /// <exception cref="CommandException">A file is missing or no JSON.</exception>
    public static IConfiguration Read(Terminal terminal, string? file)
    {
        var builder = new ConfigurationBuilder();
        var root = file is null ? FindRepository(terminal.Folder) : null;
        if (file is not null)
            AddFile(builder, terminal.PathOf(file));
        else if (root is not null)
            AddRepository(builder, root);
        AddSecrets(terminal, builder, root);
        builder.AddInMemoryCollection(WithColons(terminal.Environment));
        var configuration = builder.Build();
        // As in the local host: four sources to try, until there is one of the user's own.
        return root is not null && DefaultSources.AreNeededBy(configuration)
            ? builder.AddInMemoryCollection(DefaultSources.Settings).Build()
            : configuration;
    }

    /// <summary>
    /// Whether a setting is from a file that was found, and not given by an option or an environment variable.
    /// </summary>
    public static bool IsFound(IConfiguration configuration, string key)
        => ((IConfigurationRoot)configuration).Providers.LastOrDefault(provider => provider.TryGet(key, out _)) is ChainedConfigurationProvider;

    /// <summary>Whether a setting is from the development secrets, which the local host makes.</summary>
    public static bool IsDevelopmentSecret(IConfiguration configuration, string key)
        => IsFound(configuration, key) && ((IConfigurationRoot)configuration).Providers.First().TryGet(key, out var secret) && secret == configuration[key];

    /// <summary>Where the storage is.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="target">What the user named, which goes before them.</param>
    /// <exception cref="CommandException">The settings are wrong, or would send a token elsewhere.</exception>
    public static StorageOptions StorageOf(IConfiguration configuration, StorageTarget target)
    {
        var options = new StorageOptions();
        StorageOptions.Bind(options, configuration);
        if (target.Connection is { } address && AccountAddress.IsOne(address))
            AccountAddress.Apply(options, address);
        else if (target.Connection is not null)
            options.ConnectionString = target.Connection;
        else if (!StorageOptions.AreIn(configuration))
            options.ConnectionString = AzuriteConnection.Of(configuration);

        var checkedOptions = new StorageOptionsValidator().Validate(null, options);
        if (checkedOptions.Failed)
            throw new CommandException(target.Connection is null ? checkedOptions.FailureMessage : $"{StorageChoice.Advice} {checkedOptions.FailureMessage}");
        if (string.IsNullOrEmpty(options.ConnectionString) && RefuseTokens(configuration, target, options).FirstOrDefault() is { } refusal)
            throw new CommandException(refusal);
        return options;
    }

    /// <summary>The settings of the sources; what is wrong with them is left to those who need it.</summary>
    public static SourcesOptions SourcesOf(IConfiguration configuration)
    {
        var options = new SourcesOptions();
        SettingsBinder.Bind(WebhookSettings.Of(configuration), options, options.BindingErrors);
        return options;
    }

    /// <summary>The repository that a folder is in; null if it is in none.</summary>
    public static string? FindRepository(string folder) => FolderSearch.FindAbove(folder, LocalSettings);

    private static IEnumerable<string> RefuseTokens(IConfiguration configuration, StorageTarget target, StorageOptions options)
        => (target.Connection is not null
            ? new[] { options.QueueServiceUri, options.TableServiceUri, options.BlobServiceUri }.Select(address => target.Tokens.Refuse("--storage", address!, AzureService.Storage))
            : StorageAddresses.Select(key => target.Tokens.Refuse(configuration, key, AzureService.Storage)))
            .OfType<string>();

    private static ChainedConfigurationSource Found(string path)
    {
        var found = new ConfigurationBuilder();
        AddFile(found, path);
        return new ChainedConfigurationSource { Configuration = found.Build() };
    }

    private static void AddRepository(ConfigurationBuilder builder, string root)
    {
        builder.Add(Found(Path.Combine(root, LocalSettings)));
        var settings = Path.Combine(root, LocalSettingsFile.Name);
        if (File.Exists(settings))
            builder.Add(Found(settings));
    }

    /// <summary>Adds the development secrets, below everything else, from where the local host keeps them.</summary>
    private static void AddSecrets(Terminal terminal, ConfigurationBuilder builder, string? root)
    {
        var settings = new ConfigurationBuilder().AddConfiguration(builder.Build()).AddInMemoryCollection(WithColons(terminal.Environment)).Build();
        var data = settings[DataPath] is { Length: > 0 } path ? terminal.PathOf(path) : root is null ? null : Path.Combine(root, ".local");
        if (data is not null && Path.Combine(data, SecretsFile) is var secrets && File.Exists(secrets))
            builder.Sources.Insert(0, Found(secrets));
    }

    private static void AddFile(ConfigurationBuilder builder, string path)
    {
        try
        {
            var text = File.ReadAllText(path);
            var problem = JsonSettings.Read(text, out var settings);
            // Core Tools keep the settings in a section of their own, with the names of environment variables.
            if (problem is null && LocalSettingsFile.IsOne(path, settings.Keys))
                problem = LocalSettingsFile.Read(text, out settings);
            if (problem is not null)
                throw new CommandException($"The settings {path} cannot be used: {problem}.");
            builder.AddInMemoryCollection(settings);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The settings {path} cannot be read: {exception.Message}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> WithColons(IEnumerable<KeyValuePair<string, string?>> variables)
        => variables.Select(variable => new KeyValuePair<string, string?>(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value));
}
