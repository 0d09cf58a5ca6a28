using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Sources;

/// <summary>
/// Binds a section to its options like the configuration binder does, but collects every value that is not of its
/// setting's type and every key that no setting has, where the binder would stop at the first or pass over in silence.
/// </summary>
internal static class SettingsBinder
{
    /// <summary>Binds.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">Receives the values; a setting with a mistake keeps its default.</param>
    /// <param name="errors">Receives the mistakes.</param>
    public static void Bind(IConfigurationSection section, object options, ICollection<string> errors)
    {
        var good = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        Collect(section, options.GetType(), "", good, errors);
        new ConfigurationBuilder().AddInMemoryCollection(good).Build().Bind(options);
    }

    /// <summary>The settings of a class of options: its writable properties.</summary>
    public static IEnumerable<PropertyInfo> SettingsOf(Type type)
        => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);

    private static void Collect(IConfigurationSection section, Type type, string path, Dictionary<string, string?> good, ICollection<string> errors)
    {
        if (IsScalar(type))
        {
            CollectValue(section, type, path, good, errors);
        }
        else if (!string.IsNullOrEmpty(section.Value))
        {
            // Not repeated: the value may be a secret, put in the place of the names of secrets.
            errors.Add($"{section.Path} is no single value: remove it, and give one setting for each entry, such as {section.Path}:{ExampleKey(type)}.");
        }
        else if (ItemTypeOf(type) is { } itemType)
        {
            foreach (var child in section.GetChildren())
                Collect(child, itemType, Join(path, child.Key), good, errors);
        }
        else
        {
            var settings = SettingsOf(type).ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
            foreach (var child in section.GetChildren())
            {
                if (settings.TryGetValue(child.Key, out var childType))
                    Collect(child, childType, Join(path, child.Key), good, errors);
                else
                    errors.Add($"{child.Path} is no setting: {section.Path} has {string.Join(", ", settings.Keys.Order())}.");
            }
        }
    }

    private static void CollectValue(IConfigurationSection section, Type type, string path, Dictionary<string, string?> good, ICollection<string> errors)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (section.Value is null)
        {
            if (!section.GetChildren().Any())
                return;
            errors.Add($"{section.Path} has settings below it, and is itself one value: give it {Example(target)}.");
            return;
        }

        try
        {
            if (section.Value.Length > 0 || target == typeof(string))
            {
                TypeDescriptor.GetConverter(target).ConvertFromString(null, CultureInfo.InvariantCulture, section.Value);
                good[path] = section.Value;
            }
        }
        // Converters report what they do not like by whatever exception the parser below them throws.
        catch (Exception)
        {
            errors.Add($"{section.Path} is '{section.Value}': give it {Example(target)}.");
        }
    }

    private static Type? ItemTypeOf(Type type)
        => type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GenericTypeArguments[^1] : null;

    private static bool IsScalar(Type type)
        => type == typeof(string) || (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";

    private static string ExampleKey(Type type) => ItemTypeOf(type) switch
    {
        null => SettingsOf(type).Select(property => property.Name).Order().First(),
        _ when type.GenericTypeArguments.Length == 2 => "<name>",
        _ => "0",
    };

    private static string Example(Type type) => type switch
    {
        _ when type == typeof(TimeSpan) => "a time as days.hours:minutes:seconds, such as 7.00:00:00 or 00:05:00",
        _ when type == typeof(int) || type == typeof(long) => "a whole number",
        _ when type == typeof(bool) => "true or false",
        _ => "a text",
    };
}
