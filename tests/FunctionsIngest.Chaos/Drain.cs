using FunctionsIngest.Chaos.Reconciling;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Chaos;

/// <summary>Waits until nothing is left on the queues.</summary>
internal static class Drain
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Waits, at most 5 minutes once nothing comes any more.</summary>
    /// <param name="clients">Storage.</param>
    /// <param name="coming">Ends when nothing comes any more.</param>
    /// <returns>What is left.</returns>
    public static async Task<(long Events, long Poison)> RunAsync(StorageClients clients, Task coming)
    {
        await coming;
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            // Twice in a row, because the last message of one queue may be on its way to the other.
            var messages = await StoredState.CountMessagesAsync(clients);
            if (messages == (0, 0) && await StoredState.CountMessagesAsync(clients) == (0, 0))
                return messages;
            if (TimeProvider.System.GetElapsedTime(started) > Longest)
                return messages;
            await Task.Delay(LookAgain, TimeProvider.System);
        }
    }
}
