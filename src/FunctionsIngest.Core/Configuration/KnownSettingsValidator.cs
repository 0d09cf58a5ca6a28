using FunctionsIngest.Senders.Catalogue;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Configuration;

/// <summary>
/// Reports every key of a section that none of its groups has, and every section whose name is nearly that of one of
/// ours: both are mostly names that were misspelt.
/// </summary>
internal sealed class KnownSettingsValidator(IEnumerable<SettingsGroup> groups, SettingsRoot root) : IValidateOptions<KnownSettings>
{
    /// <summary>Our keys at the root that have a value of their own.</summary>
    private static readonly string[] Values = ["WebhookStorage", "WebhookQueue"];

    /// <summary>Our sections beside those of the groups.</summary>
    private static readonly string[] Sections = ["Secrets", "WebhookStorage", "Local"];

    public ValidateOptionsResult Validate(string? name, KnownSettings options)
    {
        var errors = new List<string>();
        foreach (var section in groups.GroupBy(group => group.Section.Path))
            SettingsBinder.FindUnknown(section.First().Section, section.Select(group => group.Options), errors);
        FindMisspelt(errors);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    // All environment variables are at the root too, so only what is nearly one of ours can be told from what is not
    // for this app.
    private void FindMisspelt(List<string> errors)
    {
        string[] sections = [.. Sections, .. groups.Select(group => group.Section.Path.Split(':')[0]).Distinct(StringComparer.OrdinalIgnoreCase)];
        foreach (var child in root.Configuration.GetChildren())
        {
            var ours = child.GetChildren().Any() ? sections : Values;
            if (!ours.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && NearestName.To(child.Key, ours) is { } meant)
                errors.Add($"{child.Key} is not a setting of this app. Did you mean {meant}?");
        }
    }
}
