using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using FunctionsIngest.Senders.Catalogue;
using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Configuration;

/// <summary>
/// Binds a section to its options like the configuration binder does, and collects the mistakes: values of the wrong
/// type and keys without a setting. The binder would stop at the first value, and pass over such keys in silence.
/// </summary>
internal static class SettingsBinder
{
    /// <summary>
    /// Binds. A key of the section itself may belong to other options: <see cref="FindUnknown"/> finds those that
    /// belong to none.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="options">Receives the values; a setting with a mistake keeps its default.</param>
    /// <param name="errors">Receives the mistakes.</param>
    public static void Bind(IConfigurationSection section, object options, ICollection<string> errors)
    {
        var good = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var setting in SettingsOf(options.GetType()))
            Collect(section.GetSection(setting.Name), setting.PropertyType, setting.Name, good, errors);
        new ConfigurationBuilder().AddInMemoryCollection(good).Build().Bind(options);
    }

    /// <summary>
    /// Finds what is wrong with a section as a whole: a value of its own, and keys that no setting has.
    /// </summary>
    /// <param name="section">The section.</param>
    /// <param name="types">All classes of options that have settings in the section.</param>
    /// <param name="errors">Receives the mistakes.</param>
    public static void FindUnknown(IConfigurationSection section, IEnumerable<Type> types, ICollection<string> errors)
    {
        var known = types.SelectMany(SettingsOf).Select(property => property.Name).Order().ToList();
        if (!string.IsNullOrEmpty(section.Value))
            errors.Add(IsNoValue(section, known[0]));
        foreach (var child in section.GetChildren().Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)))
            errors.Add(IsNoSetting(child, section, known));
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
            errors.Add(IsNoValue(section, ExampleKey(type)));
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
                    errors.Add(IsNoSetting(child, section, [.. settings.Keys.Order()]));
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

    // The value is not repeated: it may be a secret, put in the place of the names of secrets.
    private static string IsNoValue(IConfigurationSection section, string exampleKey)
        => $"{section.Path} is not a single value: remove it, and give one setting for each entry, such as {section.Path}:{exampleKey}.";

    private static string IsNoSetting(IConfigurationSection key, IConfigurationSection section, IReadOnlyCollection<string> settings)
        => $"{key.Path} is not a setting: {section.Path} has {string.Join(", ", settings)}.{NearestName.Question(key.Key, settings, $"{section.Path}:")}";

    private static Type? ItemTypeOf(Type type)
        => type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GenericTypeArguments[^1] : null;

    private static bool IsScalar(Type type)
        => type == typeof(string) || (Nullable.GetUnderlyingType(type) ?? type) is { IsValueType: true };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}:{key}";

    private static string ExampleKey(Type type) => ItemTypeOf(type) switch
    {
        // A switch is a poor example: most of them should stay as they are.
        null => SettingsOf(type).OrderBy(property => property.PropertyType == typeof(bool)).ThenBy(property => property.Name).First().Name,
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
