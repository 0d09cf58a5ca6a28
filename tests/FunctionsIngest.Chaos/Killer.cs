using FunctionsIngest.Chaos.Hosting;
using FunctionsIngest.Chaos.Storage;
using FunctionsIngest.Testing;

namespace FunctionsIngest.Chaos;

/// <summary>
/// Kills host processes with SIGKILL and starts them again, evenly over a run: in turn at a random moment, and aimed at
/// a step of the protocol, just before or just after storage has carried it out.
/// </summary>
internal sealed class Killer(IReadOnlyList<HostSlot> slots, WireLog wire, int kills, int webhooks, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private static readonly StorageStep[] Steps =
    [
        StorageStep.Insert, StorageStep.Send, StorageStep.Take, StorageStep.Archive, StorageStep.NoteHandler, StorageStep.MarkProcessed, StorageStep.DeleteMessage,
        StorageStep.SendCopy, StorageStep.NoteFailure, StorageStep.StorePoison, StorageStep.MarkPoisoned, StorageStep.StorePayload, StorageStep.RemovePayload,
        StorageStep.MarkHandedOver, StorageStep.Sweep, StorageStep.Receive, StorageStep.RemovePoison, StorageStep.MoveToPoisonQueue,
    ];

    private readonly Random _random = new(seed);
    private readonly SortedDictionary<string, int> _moments = new(StringComparer.Ordinal);

    /// <summary>How many processes were killed.</summary>
    public int Kills => _moments.Values.Sum();

    /// <summary>How many were killed when.</summary>
    public IReadOnlyDictionary<string, int> Moments => _moments;

    /// <summary>Kills, until all kills are done.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var aimed = 0;
        while (Kills < kills)
        {
            // The last tenth of the run is for what they leave behind.
            var due = 0.9 * webhooks * (Kills + 1) / (kills + 1);
            while (wire.Ended < due)
                await Task.Delay(LookAgain, TimeProvider.System, cancellationToken);

            var slot = slots[_random.Next(slots.Count)];
            var draw = _random.Next(4);
            if (draw == 0 && kills - Kills > 1)
            {
                Count("both at a random moment", slots.Count(both => both.Kill()));
                await Task.WhenAll(slots.Select(both => both.StartAsync()));
                continue;
            }

            if (draw == 1)
            {
                Count("at a random moment", slot.Kill() ? 1 : 0);
            }
            else
            {
                var step = Steps[aimed / 2 % Steps.Length];
                var reachesStorage = aimed++ % 2 == 1;
                Count(await slot.KillAtAsync(step, reachesStorage, Patience) ? $"{(reachesStorage ? "after" : "before")} {step}" : "at a random moment");
            }

            await slot.StartAsync();
        }
    }

    private void Count(string moment, int processes = 1) => _moments[moment] = _moments.GetValueOrDefault(moment) + processes;
}
