using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using FunctionsIngest.Configuration;
using Microsoft.Extensions.Options;

namespace FunctionsIngest.Storage;

/// <summary>The clients of everything that is kept in the storage account, made once.</summary>
internal sealed class StorageClients
{
    /// <summary>The table of the replay rows.</summary>
    public const string TableName = "webhooks";

    /// <summary>The container of bodies that a message cannot hold.</summary>
    public const string PayloadContainer = "webhook-payloads";

    /// <summary>The container of events that were given up.</summary>
    public const string PoisonContainer = "webhook-poison";

    /// <summary>The container that the archive writes to.</summary>
    public const string ArchiveContainer = "webhook-archive";

    /// <summary>What the host appends to a queue's name for messages that it gave up.</summary>
    public const string PoisonQueueSuffix = "-poison";

    public StorageClients(IOptions<StorageOptions> storage, IOptions<StorageCallOptions> calls)
    {
        var options = storage.Value;
        var queueOptions = Configure(new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None }, calls.Value);
        var tableOptions = Configure(new TableClientOptions(), calls.Value);
        // A body of 100 MiB takes longer than a row; the time that a request may take bounds the upload anyway.
        var blobOptions = Configure(new BlobClientOptions(), calls.Value, TimeSpan.FromSeconds(60));

        QueueServiceClient queues;
        TableServiceClient tables;
        BlobServiceClient blobs;
        if (string.IsNullOrEmpty(options.ConnectionString))
        {
            var credential = Credentials.For(options.ClientId);
            queues = new QueueServiceClient(new Uri(options.QueueServiceUri!), credential, queueOptions);
            tables = new TableServiceClient(new Uri(options.TableServiceUri!), credential, tableOptions);
            blobs = new BlobServiceClient(new Uri(options.BlobServiceUri!), credential, blobOptions);
        }
        else
        {
            queues = new QueueServiceClient(options.ConnectionString, queueOptions);
            tables = new TableServiceClient(options.ConnectionString, tableOptions);
            blobs = new BlobServiceClient(options.ConnectionString, blobOptions);
        }

        Rows = tables.GetTableClient(TableName);
        Events = queues.GetQueueClient(options.Queue);
        PoisonQueue = queues.GetQueueClient(options.Queue + PoisonQueueSuffix);
        Payloads = blobs.GetBlobContainerClient(PayloadContainer);
        Poison = blobs.GetBlobContainerClient(PoisonContainer);
        Archive = blobs.GetBlobContainerClient(ArchiveContainer);
    }

    /// <summary>The replay rows.</summary>
    public TableClient Rows { get; }

    /// <summary>The queue of accepted events.</summary>
    public QueueClient Events { get; }

    /// <summary>The queue of messages that the host gave up.</summary>
    public QueueClient PoisonQueue { get; }

    /// <summary>Bodies that a message cannot hold.</summary>
    public BlobContainerClient Payloads { get; }

    /// <summary>Events that were given up.</summary>
    public BlobContainerClient Poison { get; }

    /// <summary>All events, if the archive is on.</summary>
    public BlobContainerClient Archive { get; }

    /// <summary>
    /// Creates whatever is missing. In Azure the template has done it; a missing piece is also created when it is first
    /// needed.
    /// </summary>
    public async Task CreateAllAsync(CancellationToken cancellationToken)
    {
        await Rows.CreateIfNotExistsAsync(cancellationToken);
        await Events.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await PoisonQueue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        foreach (var container in (BlobContainerClient[])[Payloads, Poison, Archive])
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
    }

    private static T Configure<T>(T client, StorageCallOptions options, TimeSpan? tryTimeout = null)
        where T : ClientOptions
    {
        client.Retry.MaxRetries = options.StorageTries - 1;
        client.Retry.NetworkTimeout = tryTimeout ?? options.StorageTryTimeout;
        client.Retry.Delay = TimeSpan.FromMilliseconds(100);
        client.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        client.Diagnostics.IsDistributedTracingEnabled = true;
        return client;
    }
}
