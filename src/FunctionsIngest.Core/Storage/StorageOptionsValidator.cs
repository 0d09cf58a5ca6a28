using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Storage;

/// <summary>Reports every mistake of the storage settings at once.</summary>
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new List<string>();
        if (string.IsNullOrEmpty(options.ConnectionString))
            CheckAddresses(options, errors);
        else
            CheckConnectionString(options.ConnectionString, errors);

        if (options.Queue.Length is < 3 or > 56 || !QueueName().IsMatch(options.Queue))
        {
            errors.Add($"{StorageOptions.QueueKey} is '{options.Queue}', which is not a queue name: "
                + "use 3 to 56 lower-case letters, digits and single dashes between them, such as 'webhook-events'.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static void CheckConnectionString(string connectionString, List<string> errors)
    {
        try
        {
            _ = new Azure.Storage.Queues.QueueServiceClient(connectionString);
            _ = new Azure.Data.Tables.TableServiceClient(connectionString);
            _ = new Azure.Storage.Blobs.BlobServiceClient(connectionString);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
        {
            // The client's own message may repeat a piece of the string, and the string holds a key.
            errors.Add($"{StorageOptions.ConnectionKey} is not a connection string of a storage account with queues, tables and blobs: "
                + $"use 'UseDevelopmentStorage=true' for Azurite. The accounts of the template take no keys, so for Azure remove it, sign in (az login), and set the addresses "
                + $"{StorageOptions.ConnectionKey}:queueServiceUri, :tableServiceUri and :blobServiceUri. For an account that takes keys, copy the connection string whole.");
        }
    }

    private static void CheckAddresses(StorageOptions options, List<string> errors)
    {
        (string Key, string? Value)[] addresses =
        [
            ("queueServiceUri", options.QueueServiceUri),
            ("tableServiceUri", options.TableServiceUri),
            ("blobServiceUri", options.BlobServiceUri),
        ];
        if (Array.TrueForAll(addresses, address => string.IsNullOrEmpty(address.Value)))
        {
            errors.Add($"{StorageOptions.ConnectionKey} is not set: give a storage account's connection string, "
                + $"or {StorageOptions.ConnectionKey}:queueServiceUri, :tableServiceUri and :blobServiceUri for an identity.");
            return;
        }

        foreach (var (key, value) in addresses)
        {
            if (!Uri.TryCreate(value, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback))
            {
                errors.Add($"{StorageOptions.ConnectionKey}:{key} is '{value}', which is not an https address: "
                    + $"give the account's endpoint, such as https://<account>.{key[..^10]}.core.windows.net.");
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex QueueName();
}
