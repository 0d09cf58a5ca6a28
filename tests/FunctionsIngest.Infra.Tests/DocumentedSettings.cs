using System.Text.RegularExpressions;

namespace FunctionsIngest.Infra;

/// <summary>The settings of <c>docs/configuration.md</c>, which is made from the app's options classes.</summary>
internal static partial class DocumentedSettings
{
    /// <summary>
    /// Every key as the page writes it, such as <c>Webhooks:Sources:&lt;source&gt;:Secrets:&lt;n&gt;</c>.
    /// </summary>
    public static IReadOnlyList<string> Keys { get; } =
        [.. Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "app", "configuration.md"))).Select(row => row.Groups["key"].Value)];

    /// <summary>Whether an app setting is one of them.</summary>
    public static bool Contains(string appSetting) => Patterns.Any(pattern => pattern.IsMatch(appSetting));

    /// <summary>
    /// The names that follow a section's own, such as <c>Scheme</c> after <c>Webhooks:Sources:&lt;source&gt;</c>.
    /// </summary>
    public static IEnumerable<string> MembersOf(string section)
        => Keys.Where(key => key.StartsWith(section + ':', StringComparison.Ordinal)).Select(key => key[(section.Length + 1)..].Split(':')[0]).Distinct().Order();

    private static readonly Regex[] Patterns =
        [.. Keys.Select(key => new Regex($"^{key.Replace(":", "__", StringComparison.Ordinal).Replace("<source>", "[a-z][a-z0-9]{1,31}", StringComparison.Ordinal).Replace("<client id>", "[A-Za-z0-9_]{1,64}", StringComparison.Ordinal).Replace("<n>", "[0-9]+", StringComparison.Ordinal).Replace("<name>", "[A-Za-z0-9-]+", StringComparison.Ordinal)}$"))];

    [GeneratedRegex(@"^\| `(?<key>[A-Z][A-Za-z:<> ]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
