using System.CommandLine;
using FunctionsIngest.Cli.Identities;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Cli;

/// <summary>
/// The options <c>--storage</c>, <c>--allow-host</c> and <c>--config</c>, which say together what storage a command
/// works on.
/// </summary>
internal sealed class StorageChoice
{
    /// <summary>What to give, where it was wrong.</summary>
    public const string Advice = "Give --storage an address of the account, such as https://<account>.blob.core.windows.net, after 'az login'.";

    /// <summary>The storage's connection string, or an address of its account.</summary>
    public Option<string?> Connection { get; } = new("--storage")
    {
        Description = "The storage: its connection string, or an address such as https://<account>.blob.core.windows.net, which is used with your own sign-in (az login). Default: the variable WebhookStorage, else the configuration, else the local host's Azurite.",
        HelpName = "connection",
    };

    /// <summary>The app's settings.</summary>
    public Option<string?> Config { get; } = CommonOptions.Config();

    /// <summary>Hosts that get the user's token beside Azure's.</summary>
    public Option<string[]> AllowHost { get; } = new("--allow-host")
    {
        Description = "A host that may get your sign-in although it is not one of Azure's.",
        HelpName = "host",
    };

    /// <summary>Reads the settings.</summary>
    public IConfiguration Read(Terminal terminal, ParseResult result) => AppConfiguration.Read(terminal, result.GetValue(Config));

    /// <summary>What the user named.</summary>
    public StorageTarget Target(ParseResult result) => new(result.GetValue(Connection), new TokenTargets(result.GetValue(AllowHost) ?? []));

    /// <summary>Opens the storage.</summary>
    /// <exception cref="CommandException">They name none, or one that must not get the user's token.</exception>
    public AppStorage Open(Terminal terminal, ParseResult result) => AppStorage.Open(terminal, AppConfiguration.StorageOf(Read(terminal, result), Target(result)));
}
