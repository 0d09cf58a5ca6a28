namespace FunctionsIngest.Local.Settings;

/// <summary>Reads the text of a file of settings.</summary>
/// <param name="text">The text.</param>
/// <param name="settings">The settings by their keys, without regard to case.</param>
/// <returns>Null, or what is wrong, without a value of the text.</returns>
internal delegate string? SettingsReader(string text, out Dictionary<string, string?> settings);
