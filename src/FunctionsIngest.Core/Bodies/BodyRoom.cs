namespace FunctionsIngest.Bodies;

/// <summary>
/// Room for bytes of bodies, in memory or in files, and which source has how much of it. <see cref="BodyBudget"/>
/// holds its lock around every call.
/// </summary>
/// <param name="most">How many bytes there is room for.</param>
/// <param name="time">The clock.</param>
internal sealed class BodyRoom(long most, TimeProvider time)
{
    /// <summary>How long a source counts as asking after it has asked for room.</summary>
    public static readonly TimeSpan AskingFor = TimeSpan.FromSeconds(10);

    // One for each configured source that has ever sent a body.
    private readonly Dictionary<string, Part> _parts = new(StringComparer.Ordinal);

    /// <summary>The bytes that are taken now.</summary>
    public long Used { get; private set; }

    /// <summary>Asks for room.</summary>
    /// <param name="source">The source that asks.</param>
    /// <param name="bytes">How many bytes have arrived.</param>
    /// <returns>The source that must give something back first; null if there is room.</returns>
    /// <remarks>
    /// A source may take all the room while it is alone, and half of it while another source asks. Another source asks
    /// while it has bytes here, and for <see cref="AskingFor"/> after it has last wanted some. Where there is no room
    /// for a source within its share, the source that has most gives way.
    /// </remarks>
    public string? Ask(string source, long bytes)
    {
        if (!_parts.TryGetValue(source, out var part))
            _parts[source] = part = new Part();
        part.Asked = time.GetTimestamp();

        if (part.Used + bytes > (AnotherAsks(source, part.Asked) ? most / 2 : most))
            return source;
        if (Used + bytes <= most)
            return null;

        var (largest, largestPart) = _parts.MaxBy(entry => entry.Value.Used);
        return largestPart.Used > part.Used + bytes ? largest : source;
    }

    /// <summary>Takes or gives back room.</summary>
    /// <param name="source">The source, which has asked.</param>
    /// <param name="bytes">How many bytes more it has; negative: fewer.</param>
    public void Add(string source, long bytes)
    {
        _parts[source].Used += bytes;
        Used += bytes;
    }

    private bool AnotherAsks(string source, long now)
    {
        foreach (var (other, part) in _parts)
        {
            if (other != source && (part.Used > 0 || time.GetElapsedTime(part.Asked, now) < AskingFor))
                return true;
        }

        return false;
    }

    private sealed class Part
    {
        public long Used { get; set; }

        public long Asked { get; set; }
    }
}
