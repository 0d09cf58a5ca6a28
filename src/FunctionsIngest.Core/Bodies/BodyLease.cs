namespace FunctionsIngest.Bodies;

/// <summary>What one body has of <see cref="BodyBudget"/>: made by <see cref="BodyBudget.Open"/>.</summary>
/// <param name="budget">What all bodies share.</param>
/// <param name="source">The source that the body is for.</param>
/// <param name="began">When its reading began, as a timestamp.</param>
internal sealed class BodyLease(BodyBudget budget, string source, long began) : IDisposable
{
    private long _held;
    private long _spooled;

    // Not disposed, because the thread of another body may be cancelling it. It has no timer, so it holds nothing.
    private CancellationTokenSource? _ending;

    /// <summary>The source that the body is for.</summary>
    public string Source => source;

    /// <summary>When its reading began, as a timestamp.</summary>
    public long Began => began;

    /// <summary>How many bytes of it have arrived. The budget alone changes this, and what is below.</summary>
    public long Arrived { get; set; }

    /// <summary>Whether it was ended so that another body may go on. It has then given back everything.</summary>
    public bool IsEnded { get; set; }

    /// <summary>How many bytes it has in a place.</summary>
    public ref long In(BodyPlace place) => ref place == BodyPlace.Memory ? ref _held : ref _spooled;

    /// <summary>From now on the body waits for its caller, and may be ended.</summary>
    /// <returns>Set when it is ended.</returns>
    public CancellationToken Wait()
    {
        _ending = new CancellationTokenSource();
        budget.Wait(this);
        return _ending.Token;
    }

    /// <summary>The body is whole: from now on it is not ended.</summary>
    /// <exception cref="BodyBudgetExceededException">It has been ended.</exception>
    public void Complete() => budget.Complete(this);

    /// <summary>Takes room for bytes that have arrived.</summary>
    /// <param name="place">Where they will be.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="isLast">Whether no more are to come.</param>
    /// <exception cref="BodyBudgetExceededException">There is no room for them, or the body has been ended.</exception>
    public void Take(BodyPlace place, int bytes, bool isLast = false) => budget.Take(this, place, bytes, isLast);

    /// <summary>Gives back all that it has in a place.</summary>
    public void GiveBack(BodyPlace place) => budget.GiveBack(this, place);

    /// <summary>Gives back everything.</summary>
    public void Dispose() => budget.Close(this);

    /// <summary>Wakes the reader. Not inside the budget's lock, because that runs the reader's code.</summary>
    public void Wake() => _ending?.Cancel();
}
