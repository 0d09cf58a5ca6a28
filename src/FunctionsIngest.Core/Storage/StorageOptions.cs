using Microsoft.Extensions.Configuration;

namespace FunctionsIngest.Storage;

/// <summary>
/// The storage account and the queue in it: the keys <c>WebhookStorage</c> and <c>WebhookQueue</c> of the
/// configuration, flat because the Functions host reads them too.
/// </summary>
internal sealed class StorageOptions
{
    /// <summary>The key of the connection.</summary>
    public const string ConnectionKey = "WebhookStorage";

    /// <summary>The key of the queue's name.</summary>
    public const string QueueKey = "WebhookQueue";

    /// <summary>
    /// A connection string of the storage account. Not set: the three addresses below, with an identity.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The account's queue endpoint, <c>WebhookStorage:queueServiceUri</c>.</summary>
    public string? QueueServiceUri { get; set; }

    /// <summary>The account's table endpoint, <c>WebhookStorage:tableServiceUri</c>.</summary>
    public string? TableServiceUri { get; set; }

    /// <summary>The account's blob endpoint, <c>WebhookStorage:blobServiceUri</c>.</summary>
    public string? BlobServiceUri { get; set; }

    /// <summary>The client id of a user-assigned identity, <c>WebhookStorage:clientId</c>.</summary>
    public string? ClientId { get; set; }

    /// <summary>
    /// The queue's name: 3 to 56 lower-case letters, digits and single dashes, so that <c>-poison</c> still fits.
    /// </summary>
    public string Queue { get; set; } = "webhook-events";

    /// <summary>Whether the configuration names a storage. A value that is empty names none.</summary>
    public static bool AreIn(IConfiguration configuration)
    {
        var connection = configuration.GetSection(ConnectionKey);
        return connection.GetChildren().Prepend(connection).Any(setting => !string.IsNullOrEmpty(setting.Value));
    }

    /// <summary>Reads the options.</summary>
    public static void Bind(StorageOptions options, IConfiguration configuration)
    {
        var connection = configuration.GetSection(ConnectionKey);
        options.ConnectionString = connection.Value;
        options.QueueServiceUri = connection["queueServiceUri"];
        options.TableServiceUri = connection["tableServiceUri"];
        options.BlobServiceUri = connection["blobServiceUri"];
        options.ClientId = connection["clientId"];
        if (configuration[QueueKey] is { Length: > 0 } queue)
            options.Queue = queue;
    }
}
