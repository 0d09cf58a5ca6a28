using FunctionsIngest.Ledger;
using FunctionsIngest.Poison;
using FunctionsIngest.Queueing;
using Microsoft.Extensions.Logging;

namespace FunctionsIngest.Processing;

/// <summary>
/// Removes what is left of an event at its end. docs/protocol.md says who removes what, and in which order.
/// </summary>
internal sealed partial class EventCleanup(LedgerTable table, PoisonStore poison, PayloadStore payloads, ILogger<EventCleanup> logger)
{
    /// <summary>
    /// Removes the poison document of an event that was processed after all, and then the payload of its message.
    /// Repeating it changes nothing.
    /// </summary>
    /// <param name="message">The message. Its payload is not needed any more.</param>
    /// <param name="row">The event's row, which says Processed or Poisoned.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="leavesPoison">Whether a poison document stays.</param>
    /// <exception cref="Exception">
    /// Storage failed to remove the document. The sweep does not remove documents, so the message has to come again: it
    /// finds the row at its end and removes the document then.
    /// </exception>
    public async Task CleanUpAsync(Envelope message, LedgerRow row, CancellationToken cancellationToken, bool leavesPoison = false)
    {
        // Only an event that was taken before can have been given up. All others save themselves a call to storage.
        if (!leavesPoison && row.State == RowState.Processed && DecisionTable.WasTakenBefore(row, message))
            await poison.ForgetAsync(message, cancellationToken);
        await RemovePayloadAsync(message, cancellationToken);
    }

    /// <summary>Removes the payload of a message that is not needed any more, if storage does.</summary>
    public async Task RemovePayloadAsync(Envelope message, CancellationToken cancellationToken)
    {
        if (message.Payload is null)
            return;

        try
        {
            await payloads.DeleteAsync(message.Payload, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing comes again for a payload: the sweep finds it by the state of its row.
            Log.PayloadLeft(logger, exception);
        }
    }

    /// <summary>
    /// Takes back the poison document of a processor that has lost the row after it wrote the document. Another
    /// processor may have finished the event, and looked for a document before this one was there. Whether the row was
    /// taken before does not matter here: the document exists.
    /// </summary>
    /// <exception cref="Exception">Storage failed: the message has to come again.</exception>
    public async Task TakeBackPoisonAsync(Envelope message)
    {
        if (await table.FindAsync(message.PartitionKey, message.RowKey, CancellationToken.None) is { State: RowState.Processed })
            await poison.ForgetAsync(message, CancellationToken.None);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The payload of an event could not be removed although it is not needed any more; the sweep does it later.")]
        public static partial void PayloadLeft(ILogger logger, Exception exception);
    }
}
