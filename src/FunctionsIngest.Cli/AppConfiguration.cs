using System.Text.Json;
using FunctionsIngest.Configuration;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Cli;

/// <summary>
/// The app's settings as this command sees them: a file that the user names, or the local host's own settings and
/// development secrets. Environment variables override both.
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
        if (file is not null)
            AddFile(builder, terminal.PathOf(file));
        else if (FindRepository(terminal.Folder) is { } root)
            AddRepository(builder, root);
        return builder.AddInMemoryCollection(WithColons(terminal.Environment)).Build();
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
        else if (!configuration.GetSection(StorageOptions.ConnectionKey).Exists())
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
    }

    private static void AddFile(ConfigurationBuilder builder, string path)
    {
        try
        {
            var settings = new ConfigurationBuilder().AddJsonStream(new MemoryStream(File.ReadAllBytes(path))).Build();

            // Core Tools keep the settings in a section of their own, with the names of environment variables.
            var values = settings.GetSection("Values");
            builder.AddInMemoryCollection(values.Exists()
                ? WithColons(values.GetChildren().Select(value => new KeyValuePair<string, string?>(value.Key, value.Value)))
                : settings.AsEnumerable());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or JsonException or InvalidDataException)
        {
            throw new CommandException($"The settings {path} cannot be read: {exception.Message}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> WithColons(IEnumerable<KeyValuePair<string, string?>> variables)
        => variables.Select(variable => new KeyValuePair<string, string?>(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value));
}
