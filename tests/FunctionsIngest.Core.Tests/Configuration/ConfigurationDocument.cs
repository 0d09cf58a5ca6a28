using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FunctionsIngest.Archive;
using FunctionsIngest.BeginiDeliveryTest;
using FunctionsIngest.Bodies;
using FunctionsIngest.Configuration;
using FunctionsIngest.Local;
using FunctionsIngest.Local.Azurite;
using FunctionsIngest.Processing;
using FunctionsIngest.Receiving;
using FunctionsIngest.Secrets;
using FunctionsIngest.Senders.Catalogue;
using FunctionsIngest.Sources;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Core.Tests.Configuration;

/// <summary>
/// Writes docs/configuration.md from the options classes: their names, their documentation and their defaults.
/// </summary>
internal static partial class ConfigurationDocument
{
    private static readonly XElement[] Documentation =
        [.. new[] { typeof(SourcesOptions), typeof(SchemeOptions), typeof(LocalOptions) }.SelectMany(type => XDocument.Load(Path.ChangeExtension(type.Assembly.Location, ".xml")).Descendants("member"))];

    private static readonly Dictionary<string, string> StorageKeys = new(StringComparer.Ordinal)
    {
        [nameof(StorageOptions.ConnectionString)] = StorageOptions.ConnectionKey,
        [nameof(StorageOptions.QueueServiceUri)] = $"{StorageOptions.ConnectionKey}:queueServiceUri",
        [nameof(StorageOptions.TableServiceUri)] = $"{StorageOptions.ConnectionKey}:tableServiceUri",
        [nameof(StorageOptions.BlobServiceUri)] = $"{StorageOptions.ConnectionKey}:blobServiceUri",
        [nameof(StorageOptions.ClientId)] = $"{StorageOptions.ConnectionKey}:clientId",
        [nameof(StorageOptions.Queue)] = StorageOptions.QueueKey,
    };

    /// <summary>Every key with its meaning and its default.</summary>
    public static IReadOnlyList<(string Section, string Key, string Meaning, string Default)> Rows { get; } =
    [
        .. Describe("Storage", new StorageOptions(), property => StorageKeys[property]),
        .. Describe("Secrets", new KeyVaultOptions(), property => $"{KeyVaultOptions.Section}:{property}"),
        ("Secrets", "Secrets:<name>", "A secret's value, read where `KeyVault:Uri` is not set. `<name>` may have `_` in place of `-`. Several valid values are a list: `Secrets:<name>:0`, `Secrets:<name>:1`.", "not set"),
        .. DescribeWebhooks(new SourcesOptions()),
        .. DescribeWebhooks(new BodyOptions()),
        .. DescribeWebhooks(new ReceivingOptions()),
        .. DescribeWebhooks(new StorageCallOptions()),
        .. DescribeWebhooks(new ProcessingOptions()),
        .. DescribeWebhooks(new ArchiveOptions()),
        .. Describe("A source", new SourceOptions(), property => $"{WebhookSettings.Section}:Sources:<source>:{property}"),
        .. Describe("A source of the scheme `custom`", new SignatureOptions(), property => $"{WebhookSettings.Section}:Sources:<source>:Signature:{property}"),
        .. Describe("A client of the delivery test", new DeliveryTestOptions(), property => $"{WebhookSettings.Section}:DeliveryTests:<client id>:{property}"),
        .. Describe("The local host", new LocalOptions(), property => $"{LocalOptions.Section}:{property}"),
        .. Describe("The local host", new AzuriteOptions(), property => $"{LocalOptions.Section}:{nameof(LocalOptions.Azurite)}:{property}"),
    ];

    /// <summary>The document.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Configuration

            The keys are the same everywhere: app settings in Azure, and on a laptop `local.settings.json` in the repository's
            root, which the local host, `ingest` and Core Tools read. In app settings, environment variables and that file, write
            `__` in place of `:`. Most shells cannot set a variable with `-` in its name; so write a secret's name with `_` there:
            `Secrets__begini_api_key` sets the secret `begini-api-key`. The app reports all mistakes together when it starts,
            each with the setting, its value and what to do. Write a time as `days.hours:minutes:seconds`.

            On a laptop, a setting of the command line goes before one of the environment. After these come
            `local.settings.json`, the local host's development secrets, and the host's `appsettings.json`. The local host reads
            both files of secrets again when they change. A changed secret holds at once, another setting from the next start.
            Four default sources are there where no source is set.

            A test makes this page from the options classes and keeps it current.

            """);
        foreach (var section in Rows.GroupBy(row => row.Section))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {section.Key}\n\n| key | meaning | default |\n|---|---|---|\n");
            foreach (var (_, key, meaning, fallback) in section)
                text.Append(CultureInfo.InvariantCulture, $"| `{key}` | {meaning.Replace("|", "\\|", StringComparison.Ordinal)} | {fallback} |\n");
        }

        return text.ToString();
    }

    private static IEnumerable<(string Section, string Key, string Meaning, string Default)> Describe<T>(string section, T options, Func<string, string> keyOf)
        where T : notnull
        => from property in SettingsBinder.SettingsOf(typeof(T))
           where property.PropertyType != typeof(SignatureOptions) && property.PropertyType != typeof(AzuriteOptions) && property.Name is not nameof(SourcesOptions.Sources)
           select (section, keyOf(property.Name) + (IsList(property) ? ":<n>" : ""), MeaningOf(property), DefaultOf(property, options));

    private static IEnumerable<(string Section, string Key, string Meaning, string Default)> DescribeWebhooks<T>(T options)
        where T : notnull
        => Describe("Webhooks", options, property => $"{WebhookSettings.Section}:{property}");

    private static bool IsList(PropertyInfo property) => property.PropertyType.IsGenericType && typeof(IEnumerable).IsAssignableFrom(property.PropertyType);

    private static string MeaningOf(PropertyInfo property)
    {
        var member = $"P:{property.DeclaringType!.FullName}.{property.Name}";
        var summary = Documentation.Single(element => (string?)element.Attribute("name") == member).Element("summary")!;
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{((string)see.Attribute("cref")!).Split('.')[^1]}`",
            _ => node.ToString(),
        }));
        return WhiteSpace().Replace(System.Net.WebUtility.HtmlDecode(text), " ").Trim();
    }

    private static string DefaultOf(PropertyInfo property, object options) => property.GetValue(options) switch
    {
        _ when property.Name == nameof(ProcessingOptions.RetryDelays) => string.Join(", ", ProcessingOptions.DefaultRetryDelays.Select(delay => $"`{delay:c}`")),
        null => "not set",
        "" => "empty",
        TimeSpan time => $"`{time:c}`",
        bool flag => flag ? "`true`" : "`false`",
        string or int or long => $"`{string.Create(CultureInfo.InvariantCulture, $"{property.GetValue(options)}")}`",
        _ => "none",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
