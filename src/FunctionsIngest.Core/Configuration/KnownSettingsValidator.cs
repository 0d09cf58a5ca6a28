using Microsoft.Extensions.Options;

namespace FunctionsIngest.Configuration;

/// <summary>Reports every key of a section that none of its groups has: mostly a setting that was misspelt.</summary>
internal sealed class KnownSettingsValidator(IEnumerable<SettingsGroup> groups) : IValidateOptions<KnownSettings>
{
    public ValidateOptionsResult Validate(string? name, KnownSettings options)
    {
        var errors = new List<string>();
        foreach (var section in groups.GroupBy(group => group.Section.Path))
            SettingsBinder.FindUnknown(section.First().Section, section.Select(group => group.Options), errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
