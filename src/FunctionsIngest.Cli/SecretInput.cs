using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Keys;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace FunctionsIngest.Cli;

/// <summary>
/// Where a command gets a secret from: an option, a file, the variable <c>INGEST_SECRET</c>, the configuration, or a
/// question; in this order.
/// </summary>
internal static class SecretInput
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "INGEST_SECRET";

    /// <summary>Reads the texts of the sender's secrets: one, or all that the configuration has.</summary>
    /// <param name="terminal">Where the command runs.</param>
    /// <param name="text">The option <c>--secret</c>.</param>
    /// <param name="file">The option <c>--secret-file</c>.</param>
    /// <param name="configured">What the configuration has for the sender.</param>
    /// <exception cref="CommandException">There is none.</exception>
    public static IReadOnlyList<string> Read(Terminal terminal, string? text, string? file, IEnumerable<string> configured)
    {
        if (file is not null)
            return [ReadFile(terminal.PathOf(file))];
        if ((text ?? terminal.Environment.GetValueOrDefault(Variable)) is { Length: > 0 } given)
            return [given];
        if (configured.ToList() is { Count: > 0 } found)
            return found;
        if (terminal.IsInteractive)
            return [terminal.Messages.Prompt(new TextPrompt<string>("Secret:").Secret())];

        throw new CommandException($"There is no secret: give it with --secret-file, in the variable {Variable}, or start the local host once, which makes development secrets.");
    }

    /// <summary>
    /// The sender's secrets in the configuration, without the placeholders of a sample. To sign, it takes the private
    /// half of a public key, which the local host keeps beside it.
    /// </summary>
    public static IEnumerable<string> Configured(Sender sender, IConfiguration configuration, bool toSign)
        => from name in NamesOf(sender, toSign)
           from value in new ConfigurationSecretReader(configuration).Find(name)
           where !string.IsNullOrWhiteSpace(value) && Placeholder.Find(value) is null
           select value;

    /// <summary>Whether a key that signs is one that the local host made for itself.</summary>
    public static bool IsDevelopmentKey(Sender sender, IConfiguration configuration, string text)
        => NamesOf(sender, toSign: true).Any(name => new ConfigurationSecretReader(configuration).Find(name).Contains(text) && AppConfiguration.IsDevelopmentSecret(configuration, ConfigurationSecretReader.KeyOf(name)));

    /// <summary>The sender's client key in the configuration; null if its source compares none.</summary>
    public static string? ClientKey(Sender sender, IConfiguration configuration)
        => sender.Options.ClientKey is { Length: > 0 } name && new ConfigurationSecretReader(configuration).Find(name) is [var first, ..] ? first : null;

    private static IEnumerable<string> NamesOf(Sender sender, bool toSign)
        => sender.Options.Secrets.Select(name => toSign ? ConfigurationSecretReader.SigningNameOf(name) : name);

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The secret's file cannot be read: {exception.Message}");
        }
    }
}
