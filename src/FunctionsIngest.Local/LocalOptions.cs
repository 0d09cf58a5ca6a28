using FunctionsIngest.Configuration;
using FunctionsIngest.Local.Azurite;
using FunctionsIngest.Processing;

namespace FunctionsIngest.Local;

/// <summary>The section <c>Local</c> of the configuration: what only the local host needs.</summary>
internal sealed class LocalOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Local";

    private static readonly TimeSpan LongestInvisibility = TimeSpan.FromDays(7);

    /// <summary>
    /// Where the local host keeps Azurite's data and the development secrets. Not set: <c>.local</c> in the repository,
    /// which git ignores.
    /// </summary>
    public string? DataPath { get; set; }

    /// <summary>
    /// The file with the settings of this machine. Not set: <c>local.settings.json</c> in the repository, if it is
    /// there; git ignores it. Set it as an environment variable or on the command line.
    /// </summary>
    public string? SettingsFile { get; set; }

    /// <summary>
    /// How long the pump hides a message that is being processed, renewed at half. More than <c>Webhooks:Lease</c>, at
    /// most 7 days. In Azure the Functions host hides it for 10 minutes.
    /// </summary>
    public TimeSpan Invisibility { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The Azurite that is started where <c>WebhookStorage</c> is not set.</summary>
    public AzuriteOptions Azurite { get; set; } = new();

    /// <summary><see cref="DataPath"/>, or the repository's own.</summary>
    public string EffectiveDataPath => string.IsNullOrEmpty(DataPath) ? Path.Combine(RepositoryRoot.Find(), ".local") : Path.GetFullPath(DataPath);

    /// <summary>Reads the section.</summary>
    /// <exception cref="StartUpException">Every mistake in it.</exception>
    public static LocalOptions Read(IConfiguration configuration)
    {
        var options = new LocalOptions();
        var errors = new List<string>();
        SettingsBinder.Bind(configuration.GetSection(Section), options, errors);
        SettingsBinder.FindUnknown(configuration.GetSection(Section), [typeof(LocalOptions)], errors);

        // The core reports the mistakes of its own section.
        var processing = new ProcessingOptions();
        SettingsBinder.Bind(WebhookSettings.Of(configuration), processing, []);

        if (options.Invisibility <= processing.Lease)
        {
            errors.Add($"Local:Invisibility is {options.Invisibility}, and Webhooks:Lease is {processing.Lease}: a message must stay hidden for longer than its row is held. "
                + "Set Local:Invisibility to a longer time, or Webhooks:Lease to a shorter one.");
        }

        if (options.Invisibility > LongestInvisibility)
            errors.Add($"Local:Invisibility is {options.Invisibility}: a queue hides a message for at most {LongestInvisibility}. Set it to less.");

        return errors.Count == 0 ? options : throw new StartUpException(string.Join(Environment.NewLine, errors));
    }
}
