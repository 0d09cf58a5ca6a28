using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;

namespace FunctionsIngest.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>Who signs, completed from the configuration.</summary>
    public static Argument<string> Sender(Terminal terminal)
    {
        var sender = new Argument<string>("source") { Description = "A source of the configuration, or a scheme.", HelpName = "source" };
        sender.CompletionSources.Add(_ => Cli.Sender.NamesIn(AppConfiguration.Read(terminal, null)).Select(name => new CompletionItem(name)));
        return sender;
    }

    public static Option<bool> Json() => new("--json") { Description = "Write JSON, for machines." };

    public static Option<string?> Config() => new("--config")
    {
        Description = "A JSON file with the app's settings. Default: those of the local host, when called from within its repository. Environment variables go before it.",
        HelpName = "file",
    };

    public static Option<string?> Secret() => new("--secret")
    {
        Description = "The secret itself. Others on this machine can see it while the command runs: prefer --secret-file or the variable INGEST_SECRET. Default: the configuration's, else a question.",
        HelpName = "text",
    };

    public static Option<string?> SecretFile() => new("--secret-file") { Description = "A file that holds the secret.", HelpName = "file" };

    public static Option<string?> Source() => new("--source") { Description = "Only events of this source.", HelpName = "name" };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    /// <summary>A whole number within limits.</summary>
    public static Option<int> Number(string name, string description, int least, int most, int usual) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;

            result.AddError($"{name} is '{text}': give a whole number from {least} to {most}.");
            return usual;
        },
    };

    /// <summary>A span of time such as 30m.</summary>
    public static Option<TimeSpan?> Age(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "age",
        CustomParser = result =>
        {
            if (Ages.TryParse(result.Tokens.Single().Value, out var age))
                return age;

            result.AddError($"{name} is '{result.Tokens.Single().Value}', which is not an age: write it like 90s, 30m, 12h or 7d.");
            return null;
        },
    };

    /// <summary>A moment: an age counted back from now, or a date and time.</summary>
    public static Option<DateTimeOffset?> Moment(string name, string description, Terminal terminal) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            if (Ages.TryParseMoment(result.Tokens.Single().Value, terminal.Time.GetUtcNow(), out var moment))
                return moment;

            result.AddError($"{name} is '{result.Tokens.Single().Value}', which is not a time: write an age like 30m or 7d, a count of seconds since 1970, or a date and time like 2026-08-01T12:00:00Z.");
            return null;
        },
    };
}
