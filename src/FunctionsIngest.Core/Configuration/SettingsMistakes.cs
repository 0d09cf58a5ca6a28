using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Configuration;

/// <summary>The mistakes in the settings, as a host reports them when it cannot start.</summary>
internal static class SettingsMistakes
{
    /// <summary>Reads the mistakes out of what the start of a host has thrown.</summary>
    /// <returns>All mistakes, one a line; null if the exception is about something else.</returns>
    public static string? In(Exception exception)
        => ListIn(exception) is { } mistakes ? string.Join(Environment.NewLine, mistakes.SelectMany(mistake => mistake.Failures)) : null;

    /// <summary>Validates all options as the start of a host does.</summary>
    /// <returns>The mistakes, by the options that have them; none if a host would start.</returns>
    public static IReadOnlyList<OptionsValidationException> Find(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (Exception exception) when (ListIn(exception) is { } mistakes)
        {
            return mistakes;
        }
    }

    // One class of options with mistakes throws its own exception, several throw one of them all.
    private static IReadOnlyList<OptionsValidationException>? ListIn(Exception exception) => exception switch
    {
        OptionsValidationException one => [one],
        AggregateException many when many.InnerExceptions.All(inner => inner is OptionsValidationException)
            => [.. many.InnerExceptions.Cast<OptionsValidationException>()],
        _ => null,
    };
}
