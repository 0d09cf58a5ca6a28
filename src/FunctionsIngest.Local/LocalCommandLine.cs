using FunctionsIngest.Senders.Catalogue;

namespace FunctionsIngest.Local;

/// <summary>The command line of the local host: a command, its option, and settings.</summary>
/// <param name="IsDemo">Whether it is the command <c>demo</c>; otherwise the host serves.</param>
/// <param name="IsHelp">Whether it asks for help.</param>
/// <param name="Against">The address that <c>demo</c> is to be run against; null: a host of its own.</param>
/// <param name="Settings">The settings, each as <c>--key=value</c>.</param>
internal sealed record LocalCommandLine(bool IsDemo, bool IsHelp, string? Against, IReadOnlyList<string> Settings)
{
    private const string Demo = "demo";
    private const string AgainstKey = "against";

    private static readonly string[] Help = ["--help", "-h", "-?", "/?", "help"];

    /// <summary>What a setting's key may begin with.</summary>
    private static readonly string[] Roots =
    [
        "urls", "http_ports", "https_ports", "environment",
        "Webhooks", "Secrets", "KeyVault", "WebhookStorage", "WebhookQueue", "Local", "Logging", "Kestrel", "AllowedHosts",
    ];

    /// <summary>Reads the command line, settings as .NET reads them.</summary>
    /// <exception cref="StartUpException">Every mistake in it.</exception>
    public static LocalCommandLine Parse(IReadOnlyList<string> args)
    {
        var (isDemo, isHelp) = (false, false);
        var given = new List<(string Key, string Value)>();
        var errors = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (Help.Contains(arg, StringComparer.Ordinal))
                isHelp = true;
            else if (arg == Demo)
                isDemo = true;
            else if (Split(arg) is var (key, value) && value is not null)
                given.Add((key, value));
            else if (!IsOption(arg))
                errors.Add($"'{arg}' is not a command.{NearestName.Question(arg, [Demo, "help"])}");
            else if (i + 1 < args.Count && !IsOption(args[i + 1]))
                given.Add((key, args[++i]));
            else
                errors.Add($"{arg} needs a value.{NearestName.Question(key, ["help"], "--")}");
        }

        var against = given.LastOrDefault(setting => IsAgainst(setting.Key)).Value;
        if (against is not null && !isDemo)
            errors.Add($"--{AgainstKey} belongs to the command {Demo}.");
        var settings = given.Where(setting => !IsAgainst(setting.Key)).ToList();
        errors.AddRange(settings.Select(setting => ProblemOf(setting.Key)).OfType<string>());
        return errors.Count == 0 || isHelp
            ? new LocalCommandLine(isDemo, isHelp, against, [.. settings.Select(setting => $"--{setting.Key}={setting.Value}")])
            : throw new StartUpException(string.Join(Environment.NewLine, errors.Append("--help shows what there is.")));
    }

    private static bool IsAgainst(string key) => string.Equals(key, AgainstKey, StringComparison.OrdinalIgnoreCase);

    private static bool IsOption(string arg) => arg.StartsWith('-') || arg.StartsWith('/');

    private static (string Key, string? Value) Split(string arg)
    {
        var equals = arg.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? arg : arg[..equals];
        var key = name.StartsWith("--", StringComparison.Ordinal) ? name[2..] : name.StartsWith('-') || name.StartsWith('/') ? name[1..] : name;
        return (key, equals < 0 ? null : arg[(equals + 1)..]);
    }

    private static string? ProblemOf(string key)
    {
        if (key.Contains("__", StringComparison.Ordinal))
            return $"--{key} has '__' in its name: on the command line, write --{key.Replace("__", ":", StringComparison.Ordinal)}.";

        var root = key.Split(':')[0];
        return Roots.Contains(root, StringComparer.OrdinalIgnoreCase) || key.StartsWith("OTEL_", StringComparison.Ordinal)
            ? null
            : $"--{root} is not an option or a setting.{NearestName.Question(root, [.. Roots, AgainstKey], "--")}";
    }
}
