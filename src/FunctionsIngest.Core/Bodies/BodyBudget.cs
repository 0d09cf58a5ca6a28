using Microsoft.Extensions.Options;

namespace FunctionsIngest.Bodies;

/// <summary>
/// How many bytes of bodies this process holds and spools at a time, so that many large bodies at once do not exhaust
/// it.
/// </summary>
internal sealed class BodyBudget(IOptions<BodyOptions> options)
{
    private readonly int _maxHeld = options.Value.MaxBytesInMemory;
    private readonly long _maxSpooled = options.Value.MaxBytesSpooled;
    private long _held;
    private long _spooled;

    /// <summary>The bytes that are held in memory now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>The bytes that are spooled now.</summary>
    public long Spooled => Interlocked.Read(ref _spooled);

    /// <exception cref="BodyBudgetExceededException">There is no room.</exception>
    public void Hold(int bytes) => Take(ref _held, bytes, _maxHeld);

    public void LetGo(int bytes) => Interlocked.Add(ref _held, -bytes);

    /// <exception cref="BodyBudgetExceededException">There is no room.</exception>
    public void Spool(int bytes) => Take(ref _spooled, bytes, _maxSpooled);

    public void Unspool(int bytes) => Interlocked.Add(ref _spooled, -bytes);

    private static void Take(ref long taken, int bytes, long most)
    {
        if (Interlocked.Add(ref taken, bytes) <= most)
            return;

        Interlocked.Add(ref taken, -bytes);
        throw new BodyBudgetExceededException();
    }
}
