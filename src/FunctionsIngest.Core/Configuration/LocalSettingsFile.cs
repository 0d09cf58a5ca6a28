using FunctionsIngest.Senders.Catalogue;

namespace FunctionsIngest.Configuration;

/// <summary>
/// The settings of one machine, <c>local.settings.json</c> in the repository's root, which git ignores. Azure Functions
/// Core Tools, the local host and the command line all read it. Its <c>Values</c> are environment variables to Core
/// Tools, so their keys have <c>__</c> in place of <c>:</c>; either is read here.
/// </summary>
internal static class LocalSettingsFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "local.settings.json";

    private const string Values = "Values";
    private const string IsEncrypted = "IsEncrypted";

    // What Core Tools know.
    private static readonly string[] Parts = [Values, IsEncrypted, "Host", "ConnectionStrings", "$schema"];

    /// <summary>Whether a file is such a file: by its name, or by what is in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keys">The keys of all that is in it.</param>
    public static bool IsOne(string path, IEnumerable<string> keys)
        => Path.GetFileName(path) == Name || keys.Any(key => key.StartsWith($"{Values}:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="settings">
    /// The values by their keys, with <c>:</c>, those for the Functions host included; empty if there is a mistake.
    /// </param>
    /// <returns>Null, or what is wrong, without a value of the file.</returns>
    public static string? Read(string text, out Dictionary<string, string?> settings)
    {
        settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (JsonSettings.Read(text, out var all) is { } problem)
            return problem;
        if (all.Keys.Select(key => key.Split(':')[0]).FirstOrDefault(part => !Parts.Contains(part, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            return $"'{unknown}' is not a part of such a file.{NearestName.Question(unknown, Parts)} "
                + $"Put settings into \"{Values}\", each on a line of its own, such as \"Webhooks__Sources__begini__Scheme\": \"begini\"";
        }

        if (all.TryGetValue(IsEncrypted, out var isEncrypted) && string.Equals(isEncrypted, bool.TrueString, StringComparison.OrdinalIgnoreCase))
            return "its values are encrypted, and only Azure Functions Core Tools can read those: run 'func settings decrypt'";
        if (all.ContainsKey(Values))
            return $"\"{Values}\" is not an object: write it as {{ \"Webhooks__Sources__begini__Scheme\": \"begini\" }}";

        foreach (var (key, value) in all.Where(setting => setting.Key.StartsWith($"{Values}:", StringComparison.OrdinalIgnoreCase)))
            settings[key[(Values.Length + 1)..].Replace("__", ":", StringComparison.Ordinal)] = value;
        return null;
    }
}
