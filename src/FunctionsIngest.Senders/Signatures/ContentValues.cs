namespace FunctionsIngest.Senders.Signatures;

/// <summary>What takes the places of a <see cref="ContentTemplate"/>.</summary>
internal readonly ref struct ContentValues
{
    public ReadOnlySpan<char> Id { get; init; }

    public ReadOnlySpan<char> Timestamp { get; init; }

    public ReadOnlySpan<char> Method { get; init; }

    public ReadOnlySpan<char> Path { get; init; }

    public ReadOnlySpan<byte> Body { get; init; }
}
