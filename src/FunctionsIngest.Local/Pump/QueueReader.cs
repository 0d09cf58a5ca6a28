using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsIngest.Local.Pump;

/// <summary>Takes messages off a queue. A queue that somebody has deleted is made again.</summary>
/// <param name="queue">The queue.</param>
/// <param name="batchSize">How many messages are taken at a time.</param>
/// <param name="invisibility">How long they stay invisible.</param>
/// <param name="logger">Is told when the queue can no longer be read, and when it can again.</param>
internal sealed partial class QueueReader(QueueClient queue, int batchSize, TimeSpan invisibility, ILogger logger)
{
    private bool _isReadable = true;

    /// <summary>Takes the messages that are due.</summary>
    /// <param name="cancellationToken">
    /// Ends the wait. It must not be set as soon as the host stops: a message that storage has handed out would stay
    /// hidden from everybody for the whole invisibility.
    /// </param>
    /// <returns>The messages; none if the queue cannot be read now.</returns>
    public async Task<QueueMessage[]> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            var messages = await TryReceiveAsync(cancellationToken);
            if (!_isReadable)
                Log.CanBeReadAgain(logger, queue.Name);
            _isReadable = true;
            return messages;
        }
        // A call that took too long is cancelled as well, and must not end the pump, and the host with it.
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Told once, and not at every look.
            if (_isReadable)
                Log.CannotBeRead(logger, queue.Name, exception.GetBaseException().Message.Split('\r', '\n')[0].TrimEnd('.'));
            _isReadable = false;
            return [];
        }
    }

    private async Task<QueueMessage[]> TryReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(batchSize, invisibility, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // Azure refuses this for half a minute after the deletion.
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            Log.Made(logger, queue.Name);
            return [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The queue {Queue} cannot be read: {Problem}. It is tried again until it can be.")]
        public static partial void CannotBeRead(ILogger logger, string queue, string problem);

        [LoggerMessage(2, LogLevel.Information, "The queue {Queue} can be read again.")]
        public static partial void CanBeReadAgain(ILogger logger, string queue);

        [LoggerMessage(3, LogLevel.Warning, "The queue {Queue} had been deleted, with the messages that it held, and was made again.")]
        public static partial void Made(ILogger logger, string queue);
    }
}
