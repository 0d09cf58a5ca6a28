using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Configuration;

/// <summary>Some of the settings of a section: those that one class of options has.</summary>
/// <param name="Section">The section, which several groups may share.</param>
/// <param name="Options">The class of options.</param>
internal sealed record SettingsGroup(IConfigurationSection Section, Type Options);
