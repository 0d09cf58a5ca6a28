using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace FunctionsIngest.Storage;

/// <summary>Calls to a queue that may be missing: it is created when it is first needed.</summary>
internal static class QueueClientExtensions
{
    /// <summary>
    /// Runs a call that sends to a queue; if the queue is missing, creates it and runs the call once more.
    /// </summary>
    public static async Task CreatedWhenMissingAsync(this QueueClient queue, Func<Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await call();
        }
    }
}
