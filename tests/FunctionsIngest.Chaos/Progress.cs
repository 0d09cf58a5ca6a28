using System.Globalization;
using FunctionsIngest.Chaos.Reconciling;
using FunctionsIngest.Chaos.Sending;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Chaos;

/// <summary>Writes a line every few seconds.</summary>
internal sealed class Progress(long started, WireLog wire, Func<int> kills, IReadOnlyCollection<Webhook> webhooks)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>Writes until told to stop.</summary>
    public async Task RunAsync(StorageClients clients, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var (events, poison) = await StoredState.CountMessagesAsync(clients);
                var elapsed = TimeProvider.System.GetElapsedTime(started);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{elapsed:hh\\:mm\\:ss}  {webhooks.Count(webhook => webhook.IsAcknowledged),6} acknowledged  {wire.Ended,6} at an end  {events,5}+{poison} messages  {kills(),3} kills  {wire.Calls,8} storage calls ({wire.Calls / elapsed.TotalSeconds:0}/s)"));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run is over.
        }
    }
}
