using Microsoft.Extensions.Options;

namespace FunctionsIngest.Bodies;

/// <summary>
/// How many bytes of bodies the processors of this process have spooled at a time. A budget of their own, as large as
/// that of the requests, so that neither can keep the other from working.
/// </summary>
internal sealed class SpoolBudget(IOptions<BodyOptions> options)
{
    private readonly long _most = options.Value.MaxBytesSpooled;
    private long _taken;

    /// <summary>The bytes that are spooled now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes room for a body. There is always room for one, however large it is.</summary>
    /// <exception cref="BodyBudgetExceededException">There is no room now.</exception>
    public void Take(int bytes)
    {
        if (TryTake(bytes))
            return;

        // Bodies are freed by the collector, since a handler may keep them. It has no reason of its own to come soon.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (!TryTake(bytes))
            throw new BodyBudgetExceededException();
    }

    /// <summary>Gives room back.</summary>
    public void Return(int bytes) => Interlocked.Add(ref _taken, -bytes);

    private bool TryTake(int bytes)
    {
        var taken = Interlocked.Add(ref _taken, bytes);
        if (taken <= _most || taken == bytes)
            return true;

        Return(bytes);
        return false;
    }
}
