using System.Globalization;
using FunctionsIngest.Chaos.Reconciling;
using FunctionsIngest.Chaos.Sending;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Storage;

namespace FunctionsIngest.Chaos;

/// <summary>Writes a line every few seconds.</summary>
internal sealed class Progress(long started, WireLog wire, Killer killer, IReadOnlyCollection<Webhook> webhooks, TimeSpan every)
{
    /// <summary>Writes until told to stop.</summary>
    public async Task RunAsync(StorageClients clients, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var (events, poison) = await StoredState.CountMessagesAsync(clients);
                var elapsed = TimeProvider.System.GetElapsedTime(started);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{elapsed:hh\\:mm\\:ss}  {webhooks.Count(webhook => webhook.IsAcknowledged),6} acknowledged  {wire.Ended,6} at an end  {events,5}+{poison} messages  {killer.Kills,3} kills  {wire.Calls,8} storage calls ({wire.Calls / elapsed.TotalSeconds:0}/s)"));
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
