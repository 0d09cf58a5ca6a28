using FunctionsIngest.Testing;

namespace FunctionsIngest.Chaos.Storage;

/// <summary>Chooses what goes wrong with a storage call, by a seed.</summary>
internal sealed class FaultSource(double rate, int seed)
{
    // Longer than a client waits for a row or a message. For a blob it waits a minute, which would only make runs
    // longer.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private readonly Random _random = new(seed);
    private readonly Lock _turn = new();

    /// <summary>The name of a fault in the report.</summary>
    public static string NameOf(StorageFault fault) => fault switch
    {
        StorageFault.Delay => "answered late",
        StorageFault.Cut { Meanwhile: not null } => "killed",
        StorageFault.Cut { ReachesStorage: false } => "reset before",
        StorageFault.Cut => "reset after",
        StorageFault.CutInAnswer => "cut in the answer",
        StorageFault.Silence { ReachesStorage: false } => "silence before",
        StorageFault.Silence => "silence after",
        StorageFault.Error(var status, var code) => $"{status} {code}",
        _ => fault.GetType().Name,
    };

    /// <summary>What goes wrong with a call; null: nothing.</summary>
    public StorageFault? Next(StorageCall call)
    {
        lock (_turn)
        {
            if (_random.NextDouble() >= rate)
                return null;

            return _random.Next(10) switch
            {
                0 => StorageFault.Late(TimeSpan.FromMilliseconds(_random.Next(20, 1_500))),
                1 or 2 => StorageFault.CutBefore,
                3 or 4 => StorageFault.CutAfter,
                5 => StorageFault.CutAnswer,
                6 => StorageFault.SilentFor(Silence, reachesStorage: _random.Next(2) == 0),
                7 => StorageFault.Answer(500, "InternalError"),
                8 => _random.Next(2) == 0 ? StorageFault.Answer(503, "ServerBusy") : StorageFault.Answer(429, "TooManyRequests"),
                _ => StorageFault.Answer(409, call.Service switch
                {
                    StorageService.Table => "TableBeingDeleted",
                    StorageService.Queue => "QueueBeingDeleted",
                    _ => "ContainerBeingDeleted",
                }),
            };
        }
    }
}
