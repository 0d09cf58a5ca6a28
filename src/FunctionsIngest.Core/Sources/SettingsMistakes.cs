using Microsoft.Extensions.Options;

namespace FunctionsIngest.Sources;

/// <summary>The mistakes in the settings, as a host reports them when it cannot start.</summary>
internal static class SettingsMistakes
{
    /// <summary>Reads the mistakes out of what the start of a host has thrown.</summary>
    /// <returns>All mistakes, one a line; null if the exception is about something else.</returns>
    public static string? In(Exception exception)
    {
        // One section with mistakes throws its own exception, several throw one of them all.
        var failures = exception switch
        {
            OptionsValidationException one => one.Failures,
            AggregateException many when many.InnerExceptions.All(inner => inner is OptionsValidationException)
                => many.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures),
            _ => null,
        };
        return failures is null ? null : string.Join(Environment.NewLine, failures);
    }
}
