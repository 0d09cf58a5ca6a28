using System.CommandLine;

namespace FunctionsIngest.Cli;

/// <summary>
/// The options <c>--storage</c> and <c>--config</c>, which say together what storage a command works on.
/// </summary>
internal sealed class StorageChoice
{
    /// <summary>The storage's connection string.</summary>
    public Option<string?> Connection { get; } = new("--storage")
    {
        Description = "The storage's connection string. Default: the variable WebhookStorage, else the configuration, else the local host's Azurite.",
        HelpName = "connection",
    };

    /// <summary>The app's settings.</summary>
    public Option<string?> Config { get; } = CommonOptions.Config();

    /// <summary>Opens the storage.</summary>
    /// <exception cref="CommandException">They name none.</exception>
    public AppStorage Open(Terminal terminal, ParseResult result)
        => AppStorage.Open(terminal, AppConfiguration.StorageOf(AppConfiguration.Read(terminal, result.GetValue(Config)), result.GetValue(Connection)));
}
