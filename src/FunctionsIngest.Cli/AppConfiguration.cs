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
    private const string DevelopmentSecrets = ".local/secrets.json";
    private const string Azurite = "UseDevelopmentStorage=true";

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
        builder.AddInMemoryCollection(WithColons(terminal.Environment));
        var configuration = builder.Build();
        // As in the local host: four sources to try, until there is one of the user's own.
        return root is not null && DefaultSources.AreNeededBy(configuration)
            ? builder.AddInMemoryCollection(DefaultSources.Settings).Build()
            : configuration;
    }

    /// <summary>Where the storage is.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="connection">The option <c>--storage</c>, which goes before them.</param>
    /// <exception cref="CommandException">The settings are wrong.</exception>
    public static StorageOptions StorageOf(IConfiguration configuration, string? connection)
    {
        var options = new StorageOptions();
        StorageOptions.Bind(options, configuration);
        if (connection is not null)
            options.ConnectionString = connection;
        else if (!StorageOptions.AreIn(configuration))
            options.ConnectionString = Azurite;

        var checkedOptions = new StorageOptionsValidator().Validate(null, options);
        return checkedOptions.Failed ? throw new CommandException(checkedOptions.FailureMessage) : options;
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

    private static void AddRepository(ConfigurationBuilder builder, string root)
    {
        AddFile(builder, Path.Combine(root, LocalSettings));
        var secrets = Path.Combine(root, DevelopmentSecrets);
        if (File.Exists(secrets))
            AddFile(builder, secrets);
        var settings = Path.Combine(root, LocalSettingsFile.Name);
        if (File.Exists(settings))
            AddFile(builder, settings);
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
