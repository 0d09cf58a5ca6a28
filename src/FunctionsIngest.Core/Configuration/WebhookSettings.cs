using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Configuration;

/// <summary>The section <c>Webhooks</c>, which most folders have some settings in.</summary>
internal static class WebhookSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Webhooks";

    /// <summary>The section.</summary>
    public static IConfigurationSection Of(IConfiguration configuration) => configuration.GetSection(Section);

    /// <summary>Reports a value of the section that is out of its range.</summary>
    /// <param name="setting">The setting's name in the section.</param>
    /// <param name="value">Its value.</param>
    /// <param name="least">The least value, which is allowed.</param>
    /// <param name="most">The most, which is allowed.</param>
    /// <param name="errors">Receives the mistake.</param>
    public static void CheckRange<T>(string setting, T value, T least, T most, ICollection<string> errors)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            errors.Add($"{Section}:{setting} is {value}: give a value from {least} to {most}.");
    }
}
