using System.ComponentModel.DataAnnotations;

namespace FunctionsIngest.Local.Pump;

/// <summary>
/// How the Functions host reads queues: <c>extensions.queues</c> of host.json, with the host's own defaults for what is
/// absent.
/// </summary>
internal sealed class HostQueueSettings
{
    private const string Section = "extensions:queues";

    /// <summary>How many messages are taken at a time, 1 to 32.</summary>
    [Range(1, 32)]
    public int BatchSize { get; init; } = 16;

    /// <summary>
    /// More are taken when no more than this many are in the works. Not set: half of <see cref="BatchSize"/>.
    /// </summary>
    [Range(0, 1000)]
    public int? NewBatchThreshold { get; init; }

    /// <summary>How often a message is tried before it goes to the poison queue.</summary>
    [Range(1, 1000)]
    public int MaxDequeueCount { get; init; } = 5;

    /// <summary>How long a message stays invisible after a failure.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan VisibilityTimeout { get; init; }

    /// <summary>The longest wait between two looks at an empty queue.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How the text of a message is written. The app writes it as it is.</summary>
    [RegularExpression("(?i)none", ErrorMessage = "must be \"none\"")]
    public string MessageEncoding { get; init; } = "base64";

    /// <summary><see cref="NewBatchThreshold"/>, or what the host takes for it.</summary>
    public int EffectiveNewBatchThreshold => NewBatchThreshold ?? BatchSize / 2;

    /// <summary>Reads host.json.</summary>
    /// <exception cref="StartUpException">The file cannot be read, or a setting is out of its range.</exception>
    public static HostQueueSettings Read(string path)
    {
        HostQueueSettings settings;
        try
        {
            settings = new ConfigurationBuilder().AddJsonFile(path).Build().GetSection(Section).Get<HostQueueSettings>() ?? new HostQueueSettings();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or InvalidOperationException)
        {
            throw new StartUpException($"{path} cannot be read: {exception.InnerException?.Message ?? exception.Message}");
        }

        var errors = new List<ValidationResult>();
        return Validator.TryValidateObject(settings, new ValidationContext(settings), errors, validateAllProperties: true)
            ? settings
            : throw new StartUpException(string.Join(Environment.NewLine, errors.Select(error => $"{path}, extensions.queues.{error.MemberNames.First()}: {error.ErrorMessage}")));
    }
}
