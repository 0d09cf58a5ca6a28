using Microsoft.Extensions.Options;

namespace FunctionsIngest.Bodies;

/// <summary>
/// How many bytes of bodies this process holds and spools at a time, so that many large bodies at once do not exhaust
/// it. Only bytes that have arrived count, so announcing a large body gains nothing. <see cref="BodyRoom"/> says what
/// the share of a source is. Where that is full, the slowest body is ended. So callers who keep many bodies open and
/// send little cannot keep out others, those of the same source included.
/// </summary>
internal sealed class BodyBudget(IOptions<BodyOptions> options, TimeProvider time)
{
    /// <summary>
    /// How long a body is read before it gives way to another body of its source that is not whole yet. Without this,
    /// bodies that arrive together would end each other.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly BodyRoom _memory = new(options.Value.MaxBytesInMemory, time);
    private readonly BodyRoom _files = new(options.Value.MaxBytesSpooled, time);

    // The bodies that wait for their callers. The others are whole, and soon gone.
    private readonly HashSet<BodyLease> _waiting = [];

    /// <summary>The bytes that are held in memory now.</summary>
    public long Held => UsedIn(BodyPlace.Memory);

    /// <summary>The bytes that are spooled now.</summary>
    public long Spooled => UsedIn(BodyPlace.File);

    /// <summary>Begins a body, which takes nothing yet.</summary>
    /// <param name="source">The source that it is for.</param>
    public BodyLease Open(string source) => new(this, source, time.GetTimestamp());

    /// <summary>Starts the time within which a body must be whole.</summary>
    /// <returns>Set when the time is over. The caller disposes it.</returns>
    public CancellationTokenSource StartDeadline() => new(options.Value.BodyWithin, time);

    internal void Wait(BodyLease lease)
    {
        lock (_gate)
            _waiting.Add(lease);
    }

    internal void Complete(BodyLease lease)
    {
        lock (_gate)
        {
            _waiting.Remove(lease);
            if (lease.IsEnded)
                throw new BodyBudgetExceededException();
        }
    }

    internal void Take(BodyLease lease, BodyPlace place, int bytes, bool isLast)
    {
        List<BodyLease>? ended = null;
        bool hasRoom;
        lock (_gate)
        {
            hasRoom = !lease.IsEnded && MakeRoom(lease, place, bytes, isLast, ref ended);
            if (hasRoom)
            {
                RoomOf(place).Add(lease.Source, bytes);
                lease.In(place) += bytes;
                lease.Arrived += place == BodyPlace.Memory ? bytes : 0;
            }
            else
            {
                End(lease);
            }
        }

        foreach (var slow in ended ?? [])
            slow.Wake();
        if (!hasRoom)
            throw new BodyBudgetExceededException();
    }

    internal void GiveBack(BodyLease lease, BodyPlace place)
    {
        lock (_gate)
            Return(lease, place);
    }

    internal void Close(BodyLease lease)
    {
        lock (_gate)
            Return(lease);
    }

    private bool MakeRoom(BodyLease lease, BodyPlace place, int bytes, bool isLast, ref List<BodyLease>? ended)
    {
        while (RoomOf(place).Ask(lease.Source, bytes) is { } source)
        {
            // What is whole is soon gone, and what another source is owed is not waited for.
            var grace = isLast || source != lease.Source ? TimeSpan.Zero : Grace;
            if (Slowest(source, place, grace, except: isLast ? lease : null) is not { } slowest || slowest == lease)
                return false;

            End(slowest);
            (ended ??= []).Add(slowest);
        }

        return true;
    }

    // By the bytes that have come in each second of its life, the first of which counts as whole.
    private BodyLease? Slowest(string source, BodyPlace place, TimeSpan grace, BodyLease? except)
    {
        var now = time.GetTimestamp();
        var bodies = _waiting.Where(body => body != except && body.Source == source && body.In(place) > 0 && time.GetElapsedTime(body.Began, now) >= grace);
        return bodies.MinBy(body => (body.Arrived / Math.Max(time.GetElapsedTime(body.Began, now).TotalSeconds, 1), body.Began));
    }

    private void End(BodyLease lease)
    {
        lease.IsEnded = true;
        Return(lease);
    }

    private void Return(BodyLease lease)
    {
        _waiting.Remove(lease);
        Return(lease, BodyPlace.Memory);
        Return(lease, BodyPlace.File);
    }

    private void Return(BodyLease lease, BodyPlace place)
    {
        if (lease.In(place) == 0)
            return;

        RoomOf(place).Add(lease.Source, -lease.In(place));
        lease.In(place) = 0;
    }

    private BodyRoom RoomOf(BodyPlace place) => place == BodyPlace.Memory ? _memory : _files;

    private long UsedIn(BodyPlace place)
    {
        lock (_gate)
            return RoomOf(place).Used;
    }
}
