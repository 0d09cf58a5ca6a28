namespace FunctionsIngest.BeginiDeliveryTest;

/// <summary>So many requests a minute and no more, by the app's clock.</summary>
/// <param name="perMinute">How many.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestLimit(int perMinute, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private DateTimeOffset _windowEnds;
    private int _left;

    /// <summary>Takes one of the minute's requests.</summary>
    /// <param name="retryAfter">When there are new ones, if none is left.</param>
    /// <returns>False if none is left.</returns>
    public bool TryTake(out TimeSpan retryAfter)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now >= _windowEnds)
                (_windowEnds, _left) = (now + Window, perMinute);

            retryAfter = _windowEnds - now;
            return _left > 0 && _left-- > 0;
        }
    }

    /// <summary>Gives back what <see cref="TryTake"/> took, where the request turns out not to count.</summary>
    public void GiveBack()
    {
        lock (_lock)
            _left = Math.Min(_left + 1, perMinute);
    }
}
