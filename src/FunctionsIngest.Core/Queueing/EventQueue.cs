using Azure.Storage.Queues;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Queueing;

/// <summary>The Storage queue between the requests and the processors. No message on it ever expires.</summary>
internal sealed class EventQueue(StorageClients clients, PayloadStore payloads)
{
    /// <summary>
    /// The largest encoded message, in bytes; with a larger one the body goes to a blob. The service's own limit is 64
    /// KiB.
    /// </summary>
    public const int MaxMessageBytes = 60 * 1024;

    /// <summary>The longest that the service hides a message.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    /// <summary>Sends an envelope, its body first to a blob where the message cannot hold it.</summary>
    /// <param name="envelope">The envelope.</param>
    /// <param name="delay">How long the message stays invisible.</param>
    /// <param name="cancellationToken">Ends the wait; whether the message was sent is then not known.</param>
    public async Task SendAsync(Envelope envelope, TimeSpan delay, CancellationToken cancellationToken)
    {
        var message = EncodeIfFits(envelope);
        if (message is null)
        {
            var payload = PayloadStore.NameOf(envelope);
            await payloads.UploadAsync(payload, envelope.Body!, cancellationToken);
            message = (envelope with { Body = null, Payload = payload }).Encode();
        }

        await SendAsync(clients.Events, message, delay, cancellationToken);
    }

    /// <summary>Sends a message as it is, to redrive one that could not be read.</summary>
    public Task SendAsync(BinaryData message, CancellationToken cancellationToken)
        => SendAsync(clients.Events, message, TimeSpan.Zero, cancellationToken);

    /// <summary>Sends a message back to the poison queue, for later.</summary>
    public Task SendToPoisonQueueAsync(BinaryData message, TimeSpan delay, CancellationToken cancellationToken)
        => SendAsync(clients.PoisonQueue, message, delay, cancellationToken);

    /// <summary>
    /// Whether neither queue holds a message. The service's count includes invisible messages and is never lower than
    /// the truth, so zero is zero. The queue comes first, because messages move to the poison queue.
    /// </summary>
    public async Task<bool> AreEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in new[] { clients.Events, clients.PoisonQueue })
        {
            // A queue that does not exist is empty.
            if ((await queue.GetPropertiesAsync(cancellationToken).OrNullIfMissingAsync())?.ApproximateMessagesCountLong > 0)
                return false;
        }

        return true;
    }

    private static Task SendAsync(QueueClient queue, BinaryData message, TimeSpan delay, CancellationToken cancellationToken)
    {
        // The service counts whole seconds. Rounded up: a message that is visible before its time goes round in circles
        // until then.
        var invisible = TimeSpan.FromSeconds(Math.Ceiling((delay > MaxDelay ? MaxDelay : delay).TotalSeconds));
        return queue.CreatedWhenMissingAsync(() => queue.SendMessageAsync(message, invisible, Never, cancellationToken), cancellationToken);
    }

    private static BinaryData? EncodeIfFits(Envelope envelope)
    {
        // Base64 alone tells for most large bodies; only near the edge does the whole message have to be written to
        // know.
        if (envelope.Body is { } body && (body.ToMemory().Length + 2) / 3 * 4 > MaxMessageBytes)
            return null;

        var message = envelope.Encode();
        return envelope.Body is not null && message.ToMemory().Length > MaxMessageBytes ? null : message;
    }
}
